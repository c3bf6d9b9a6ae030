#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/collaborative/nonlocal_bayes.h"
#include "ops/collaborative/patch_group_ref.h"

namespace twofold::ops::ref {
namespace {

constexpr std::size_t kPoints = kCollaborativeCoefficients;
using Matrix = std::vector<double>;  // kPoints x kPoints, rows one after another

// a^-1 b for a symmetric positive definite a, by elimination.
Matrix solve(Matrix a, Matrix b) {
    for (std::size_t k = 0; k < kPoints; ++k)
        for (std::size_t i = 0; i < kPoints; ++i) {
            if (i == k) continue;
            const double factor = a[i * kPoints + k] / a[k * kPoints + k];
            for (std::size_t j = 0; j < kPoints; ++j) {
                a[i * kPoints + j] -= factor * a[k * kPoints + j];
                b[i * kPoints + j] -= factor * b[k * kPoints + j];
            }
        }
    for (std::size_t i = 0; i < kPoints; ++i)
        for (std::size_t j = 0; j < kPoints; ++j) b[i * kPoints + j] /= a[i * kPoints + i];
    return b;
}

double squares(const Matrix& matrix) {
    double sum = 0;
    for (const double value : matrix) sum += value * value;
    return sum;
}

// The patches of one component, estimated, and their weight.
double estimate(std::vector<Patch>& noisy, const std::vector<Patch>& pilot, double variance) {
    if (variance <= 0) return 1;
    const double count = double(pilot.size());
    std::vector<double> mean(kPoints);
    double apart = 0;
    for (std::size_t g = 0; g < pilot.size(); ++g)
        for (std::size_t i = 0; i < kPoints; ++i) {
            const double difference = double{noisy[g][i]} - double{pilot[g][i]};
            mean[i] += double{pilot[g][i]} / count;
            apart += difference * difference / (count * kPoints);
        }
    Matrix covariance(kPoints * kPoints);
    for (const Patch& patch : pilot)
        for (std::size_t i = 0; i < kPoints; ++i)
            for (std::size_t j = 0; j < kPoints; ++j)
                covariance[i * kPoints + j] += (double{patch[i]} - mean[i]) * (double{patch[j]} - mean[j]) / count;
    double trace = 0;
    for (std::size_t i = 0; i < kPoints; ++i) trace += covariance[i * kPoints + i];
    const double lost = std::max({0.0, apart - variance, double{kBayesLeastShare} * trace - variance});
    if (trace < kBayesWeakSignal * (lost + variance)) covariance.assign(kPoints * kPoints, 0);
    Matrix signal = covariance, total = covariance;
    for (std::size_t i = 0; i < kPoints; ++i) {
        signal[i * kPoints + i] += lost;
        total[i * kPoints + i] += lost + variance;
    }
    const Matrix filter = solve(total, signal);  // symmetric: both have the same eigenvectors
    for (Patch& patch : noisy) {
        std::vector<double> result = mean;
        for (std::size_t i = 0; i < kPoints; ++i)
            for (std::size_t j = 0; j < kPoints; ++j)
                result[i] += filter[i * kPoints + j] * (double{patch[j]} - mean[j]);
        std::transform(result.begin(), result.end(), patch.begin(), [](double value) { return float(value); });
    }
    const double kept = lost / (lost + variance);
    return 1 / (1 + squares(solve(total, covariance)) + kept * kept * kPoints);
}

}  // namespace

void nonlocal_bayes(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                    const float* variance) {
    std::vector<Candidate> group = find_group(planes, x, y, window);
    group.resize(std::min<std::size_t>(group.size(), kBayesGroup));
    for (std::size_t c = 0; c < static_cast<std::size_t>(planes.components); ++c) {
        std::vector<Patch> noisy, pilot;
        for (const Candidate& patch : group) {
            noisy.push_back(read(planes.noisy[c], planes.row, patch.x, patch.y));
            pilot.push_back(read(planes.pilot[c], planes.row, patch.x, patch.y));
        }
        const auto weight = static_cast<float>(estimate(noisy, pilot, double{variance[c]}));
        for (std::size_t g = 0; g < group.size(); ++g)
            for (int j = 0; j < kCollaborativePatch; ++j)
                for (int i = 0; i < kCollaborativePatch; ++i) {
                    const std::ptrdiff_t at = (group[g].y + j) * planes.row + group[g].x + i;
                    planes.sum[c][at] += weight * noisy[g][static_cast<std::size_t>(kCollaborativePatch * j + i)];
                    planes.weight[c][at] += weight;
                }
    }
}

}  // namespace twofold::ops::ref
