// SPDX-License-Identifier: BSD-3-Clause
// How variants are run, compared and timed. Source of the scheme: the tuners of Kernel Tuner and Triton, from
// their documentation.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <limits>
#include <random>

#include "kernel/tuner.hpp"
#include "numloom/error.hpp"
#include "numloom/version.hpp"

namespace numloom::kernel_detail {

// ---- what the kernel writes to ----

snapshot::snapshot(arguments given, const std::vector<bool>& written) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    const kernel_argument& a = given[i];
    if (!written[i]) continue;
    if (a.type() == kernel_argument::kind::array) arrays_.emplace_back(a.array(), copy(a.array()));
    if (a.type() != kernel_argument::kind::structures) continue;
    auto* data = static_cast<unsigned char*>(const_cast<void*>(a.data()));
    memory_.emplace_back(data, bytes(data, data + a.bytes() * a.count()));
  }
}

void snapshot::restore() const {
  for (const auto& [array, before] : arrays_) copyto(array, before);
  for (const auto& [data, before] : memory_) std::memcpy(data, before.data(), before.size());
}

snapshot::~snapshot() {
  try {
    restore();
  } catch (...) {  // the device has failed, and the error that says so is on its way
  }
}

std::vector<std::pair<std::optional<dtype>, snapshot::bytes>> snapshot::results() const {
  std::vector<std::pair<std::optional<dtype>, bytes>> now;
  for (const auto& [array, before] : arrays_) {
    const ndarray host = ascontiguousarray(to_device(array, cpu));
    const auto* data = static_cast<const unsigned char*>(host.data(access::read));
    now.emplace_back(array.dtype(), bytes(data, data + host.nbytes()));
  }
  for (const auto& [data, before] : memory_) {
    const auto* from = static_cast<const unsigned char*>(data);
    now.emplace_back(std::nullopt, bytes(from, from + before.size()));
  }
  return now;
}

// ---- comparison ----

double tuner::allowed(dtype t) const {
  if (tuning_.within) return *tuning_.within;
  switch (real_part_of(t)) {
    case dtype::float16: return 1e-2;
    case dtype::float32: return 1e-4;
    case dtype::float64: return 1e-10;
    default: return 0;
  }
}

namespace {

std::vector<double> as_doubles(dtype t, const snapshot::bytes& from) {
  const dtype part = real_part_of(t);
  std::vector<double> values(from.size() / static_cast<std::size_t>(itemsize(part)));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = load_scalar(part, from.data() + i * static_cast<std::size_t>(itemsize(part))).real();
  return values;
}

bool are_close(const std::vector<double>& results, const std::vector<double>& expected, double relative) {
  double largest = 0;
  for (const double e : expected) largest = std::isfinite(e) ? std::max(largest, std::fabs(e)) : largest;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const double r = results[i], e = expected[i];
    if (r == e || (std::isnan(r) && std::isnan(e))) continue;
    if (!(std::fabs(r - e) <= relative * (largest + std::fabs(e)))) return false;
  }
  return true;
}

double median_of(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  const std::size_t half = seconds.size() / 2;
  return seconds.size() % 2 != 0 ? seconds[half] : (seconds[half - 1] + seconds[half]) / 2;
}

}  // namespace

bool tuner::same(const std::vector<std::pair<std::optional<dtype>, snapshot::bytes>>& results,
                 const std::vector<std::pair<std::optional<dtype>, snapshot::bytes>>& expected) const {
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].second == expected[i].second) continue;
    const std::optional<dtype> t = results[i].first;
    if (!t || allowed(*t) == 0) return false;
    if (!are_close(as_doubles(*t, results[i].second), as_doubles(*t, expected[i].second), allowed(*t)))
      return false;
  }
  return true;
}

// ---- one tuning ----

double tuner::trial::median() const {
  return seconds.empty() ? std::numeric_limits<double>::infinity() : median_of(seconds);
}

struct tuner::session {
  using clock = std::chrono::steady_clock;
  tuning_key key;
  const launch_config& given;
  arguments args;
  double budget;
  snapshot before;
  clock::time_point began = clock::now();
  std::vector<trial> tried{};
  std::vector<std::pair<std::optional<dtype>, snapshot::bytes>> expected{};  // the first one's results
  std::vector<const tuning_config*> sample{};                                // still to be tried
  std::mt19937 random{0};

  double seconds() const { return std::chrono::duration<double>(clock::now() - began).count(); }
  bool is_over() const { return seconds() >= budget; }
  bool has_tried(const tuning_config& c) const {
    return std::any_of(tried.begin(), tried.end(), [&](const trial& t) { return t.config == c; });
  }
  const trial& best() const {
    return *std::min_element(tried.begin(), tried.end(), [](const trial& a, const trial& b) {
      return a.problem.empty() != b.problem.empty() ? a.problem.empty() : a.median() < b.median();
    });
  }
};

void tuner::run_timed(session& s, trial& t) const {
  s.before.restore();
  const launch_config launch = launch_of(t.config, s.given, s.args);
  t.seconds.push_back(t.with.time(launch, s.args, {.warmup = 0, .repeats = 1})[0]);
}

// Runs a variant, compares what it computes with the first one's results, and times it once.
bool tuner::try_variant(session& s, const tuning_config& config) {
  const bool is_first = s.tried.empty();
  trial t{config, variant(config)};
  const auto run = [&] {
    s.before.restore();
    t.with.launch(launch_of(config, s.given, s.args), s.args);
    auto results = s.before.results();
    if (is_first)
      s.expected = std::move(results);
    else if (tuning_.verify && !same(results, s.expected))
      t.problem = "its results differ from the first variant's";
    if (t.problem.empty()) run_timed(s, t);
  };
  const auto note = [&](const std::exception& e) {
    if (is_first) throw;
    t.problem = std::string(e.what()).substr(0, std::string(e.what()).find('\n'));
  };
  try {
    run();
  } catch (const std::runtime_error& e) {  // does not compile, or fails while it runs
    note(e);
  } catch (const value_error& e) {  // a launch that the device does not take
    note(e);
  } catch (const std::bad_alloc& e) {
    note(e);
  }
  const std::string problem = t.problem;
  s.tried.push_back(std::move(t));
  if (!problem.empty()) say("[" + base_ + "] left out " + text_of(config) + ": " + problem, true);
  return problem.empty();
}

// All choices if they are few; else the first, a random half of what is allowed, then neighbours of the best.
const tuning_config* tuner::next(session& s) const {
  const std::size_t most = static_cast<std::size_t>(std::max(1, tuning_.max_configs));
  if (s.tried.empty()) {
    for (std::size_t i = 1; i < configs_.size(); ++i) s.sample.push_back(&configs_[i]);
    if (configs_.size() > most) {
      std::shuffle(s.sample.begin(), s.sample.end(), s.random);
      s.sample.resize(std::max<std::size_t>(1, most / 2 > 0 ? most / 2 - 1 : 0));
    }
    std::reverse(s.sample.begin(), s.sample.end());
    return &configs_[0];
  }
  if (s.is_over() || s.tried.size() >= std::min(most, configs_.size())) return nullptr;
  if (!s.sample.empty()) {
    const tuning_config* one = s.sample.back();
    s.sample.pop_back();
    return one;
  }
  const tuning_config& best = s.best().config;
  std::vector<const tuning_config*> near, fresh;
  for (const tuning_config& c : configs_) {
    if (s.has_tried(c)) continue;
    fresh.push_back(&c);
    std::size_t changed = 0;
    for (std::size_t i = 0; i < c.size(); ++i) changed += c[i] != best[i] ? 1 : 0;
    if (changed == 1) near.push_back(&c);
  }
  const auto& from = near.empty() ? fresh : near;
  return from.empty() ? nullptr : from[s.random() % from.size()];
}

// Rounds over all variants, against clocks that drift; the slow ones drop out after the first few.
void tuner::time_rounds(session& s) {
  constexpr int first_runs = 3, most_runs = 15;
  constexpr double near_the_best = 1.3;
  for (int count = 1; count < most_runs; ++count) {
    std::vector<trial*> good;
    const double limit = near_the_best * s.best().median();
    for (trial& t : s.tried) {
      if (t.problem.empty() && (count < first_runs || t.median() <= limit)) good.push_back(&t);
    }
    if (good.size() == 1 && count >= first_runs) return;
    for (trial* t : good) {
      if (s.is_over()) return;
      run_timed(s, *t);
    }
  }
}

tuning_config tuner::measure(const tuning_key& key, const launch_config& given, arguments args) {
  session s{key, given, args, tuning_.budget, {args, variant({}).writes(args)}};
  while (const tuning_config* config = next(s)) try_variant(s, *config);
  time_rounds(s);
  std::vector<trial> ranking;
  std::copy_if(s.tried.begin(), s.tried.end(), std::back_inserter(ranking),
               [](const trial& t) { return t.problem.empty(); });
  std::stable_sort(ranking.begin(), ranking.end(),
                   [](const trial& a, const trial& b) { return a.median() < b.median(); });
  tuning_config best = ranking[0].config;
  note(s, std::move(ranking));
  return best;
}

void tuner::note(const session& s, std::vector<trial> ranking) {
  const trial& best = ranking[0];
  const double first = s.tried[0].median();
  tuning_entry entry{s.key,
                     best.config,
                     1e6 * best.median(),
                     1e6 * *std::min_element(best.seconds.begin(), best.seconds.end()),
                     1e6 * first,
                     static_cast<std::int64_t>(s.tried.size())};
  if (ranking.size() > 1) entry.runner_up = ranking[1].config;
  entry.version = NUMLOOM_VERSION;
  const std::time_t now = std::time(nullptr);
  std::tm day{};
  char date[16];
  std::strftime(date, sizeof date, "%Y-%m-%d", localtime_r(&now, &day));
  entry.date = date;
  store_.add(entry);
  char text[128];
  std::snprintf(text, sizeof text, ": %zu variants in %.1f s, %.2fx over the first, ", s.tried.size(),
                s.seconds(), first / best.median());
  say("tuned " + base_ + text + text_of(best.config), false);
  finished report{s.key, {}, {}, configs_.size() - s.tried.size()};
  std::copy_if(s.tried.begin(), s.tried.end(), std::back_inserter(report.left_out),
               [](const trial& t) { return !t.problem.empty(); });
  report.ranking = std::move(ranking);
  reports_.push_back(std::move(report));
}

std::string tuner::report() {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const finished& f : reports_) {
    text += (text.empty() ? "" : "\n") + base_ + " on " + f.key.device + "; " + f.key.arguments;
    for (std::size_t i = 0; i < f.key.sizes.size(); ++i) text += (i == 0 ? "; " : ", ") + f.key.sizes[i];
    for (const trial& t : f.ranking) {
      char line[128];
      std::snprintf(line, sizeof line, "\n  %12.1f us  %12.1f us  %6.2fx  %2zu runs  ", 1e6 * t.median(),
                    1e6 * *std::min_element(t.seconds.begin(), t.seconds.end()),
                    t.median() / f.ranking[0].median(), t.seconds.size());
      text += line + text_of(t.config);
    }
    for (const trial& t : f.left_out) text += "\n  left out: " + text_of(t.config) + ": " + t.problem;
    if (f.missing != 0)
      text += as_text("\n  not measured within the budget: ", f.missing, " of ", configs_.size());
  }
  return text.empty() ? base_ + ": nothing was measured in this process" : text;
}

}  // namespace numloom::kernel_detail
