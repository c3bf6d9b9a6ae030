// Morozov's discrepancy rule: the lambda whose residual has the noise's variance, or a share of it.
#ifndef TWOFOLD_PIPELINES_TV_DISCREPANCY_H
#define TWOFOLD_PIPELINES_TV_DISCREPANCY_H

namespace twofold::tv {

// Finds the root of an increasing function, residual(lambda) = target, by the secant rule in logarithms within a
// bracket, and by halving it where the secant gets stuck. Ends after twelve values at the latest.
//
//     DiscrepancySearch search(sigma, sigma * sigma);
//     while (!search.done()) search.tell(mean squared residual at search.lambda());
class DiscrepancySearch {
  public:
    // `start` and `target` > 0.
    DiscrepancySearch(double start, double target) : lambda_(start), target_(target) {}

    double lambda() const { return lambda_; }
    bool done() const { return done_; }
    void tell(double residual);

  private:
    struct Point {
        double lambda = 0, residual = 0;  // logarithms
        bool known = false;
    };
    double lambda_;
    double target_;
    bool done_ = false, last_low_ = false;
    int told_ = 0;
    Point below_, above_;
};

}  // namespace twofold::tv

#endif
