#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/optimizer/muon.h"

namespace twofold::ops {

void muon_step_ref(const MuonShape& shape, double learning_rate, double momentum, const MuonTensors& tensors) {
    const auto rows = static_cast<std::size_t>(shape.rows), columns = static_cast<std::size_t>(shape.columns);
    std::vector<double> x(shape.size());
    double norm = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        tensors.momentum[i] = static_cast<float>(momentum * double{tensors.momentum[i]} + double{tensors.gradient[i]});
        x[i] = double{tensors.gradient[i]} + momentum * double{tensors.momentum[i]};
        norm += x[i] * x[i];
    }
    for (double& value : x) value /= std::sqrt(norm) + 1e-15;
    std::vector<double> gram(columns * columns), polynomial(columns * columns), next(x.size());
    for (int iteration = 0; iteration < kMuonIterations; ++iteration) {
        for (std::size_t i = 0; i < columns; ++i)
            for (std::size_t j = 0; j < columns; ++j) {
                double sum = 0;
                for (std::size_t r = 0; r < rows; ++r) sum += x[r * columns + i] * x[r * columns + j];
                gram[i * columns + j] = sum;
            }
        for (std::size_t i = 0; i < columns; ++i)
            for (std::size_t j = 0; j < columns; ++j) {
                double sum = 0;
                for (std::size_t k = 0; k < columns; ++k) sum += gram[i * columns + k] * gram[k * columns + j];
                polynomial[i * columns + j] = (i == j ? 3.4445 : 0.0) - 4.7750 * gram[i * columns + j] + 2.0315 * sum;
            }
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t j = 0; j < columns; ++j) {
                double sum = 0;
                for (std::size_t k = 0; k < columns; ++k) sum += x[r * columns + k] * polynomial[k * columns + j];
                next[r * columns + j] = sum;
            }
        x.swap(next);
    }
    const double rate = learning_rate * std::sqrt(std::max(1.0, double(shape.columns) / shape.rows));
    for (std::size_t i = 0; i < x.size(); ++i) tensors.weights[i] -= static_cast<float>(rate * x[i]);
}

}  // namespace twofold::ops
