// The one place that knows where xtensor keeps its headers: together up to 0.25, in folders from 0.26 on.
#ifndef TWOFOLD_TESTS_SUPPORT_XTENSOR_H
#define TWOFOLD_TESTS_SUPPORT_XTENSOR_H

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#if __has_include(<xtensor/containers/xadapt.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>
#endif
#pragma GCC diagnostic pop

#endif
