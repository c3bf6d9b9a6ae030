#include "apps/report/curve.h"

#include <fmt/format.h>

namespace twofold::apps {
namespace {

std::string cell(const std::optional<double>& psnr) { return psnr ? fmt::format("{:.4f}", *psnr) : std::string(); }

}  // namespace

std::string curve_csv(const Curve& curve) {
    std::string text = "step,loss,psnr_noisy,psnr_average_noisy,psnr_true,psnr_average_true\n";
    for (const CurvePoint& point : curve) {
        text += fmt::format("{},{:.9g},{},{},{},{}\n", point.step, point.loss, cell(point.psnr_noisy),
                            cell(point.psnr_average_noisy), cell(point.psnr_true), cell(point.psnr_average_true));
    }
    return text;
}

}  // namespace twofold::apps
