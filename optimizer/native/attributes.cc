// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0

#include "attributes.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

namespace learned_optimizer {
namespace {

using tensorflow::OpKernelConstruction;
using tensorflow::Status;
namespace errors = tensorflow::errors;

Status ReadOptions(OpKernelConstruction* context, Options* options) {
  std::vector<tensorflow::int32> sizes;
  TF_RETURN_IF_ERROR(context->GetAttr("level_sizes", &sizes));
  if (sizes.empty() || sizes.size() > 3)
    return errors::InvalidArgument("Expected sizes of 1 to 3 levels, not ",
                                   sizes.size(), ".");
  *options = Options();
  options->levels = sizes.size();
  std::copy(sizes.begin(), sizes.end(), options->units);
  TF_RETURN_IF_ERROR(context->GetAttr("num_scales", &options->scales));
  TF_RETURN_IF_ERROR(
      context->GetAttr("max_log_rate", &options->max_log_rate));
  TF_RETURN_IF_ERROR(
      context->GetAttr("max_relative_step", &options->max_relative_step));
  TF_RETURN_IF_ERROR(
      context->GetAttr("max_step_excess", &options->max_step_excess));
  TF_RETURN_IF_ERROR(context->GetAttr("rms_floor", &options->rms_floor));
  TF_RETURN_IF_ERROR(context->GetAttr("max_relative_gradient",
                                      &options->max_relative_gradient));
  TF_RETURN_IF_ERROR(
      context->GetAttr("gradient_jump_power", &options->gradient_jump_power));
  TF_RETURN_IF_ERROR(
      context->GetAttr("gradient_fall_power", &options->gradient_fall_power));
  TF_RETURN_IF_ERROR(
      context->GetAttr("slow_rates_after", &options->slow_rates_after));
  TF_RETURN_IF_ERROR(
      context->GetAttr("slow_rates_power", &options->slow_rates_power));
  TF_RETURN_IF_ERROR(
      context->GetAttr("rare_step_power", &options->rare_step_power));
  std::vector<std::string> flags;
  TF_RETURN_IF_ERROR(context->GetAttr("flags", &flags));
  const std::unordered_map<std::string, bool*> known = {
      {"products", &options->products},
      {"log_means", &options->log_means},
      {"relative_rate", &options->relative_rate},
      {"extremeness", &options->extremeness},
      {"log_rate", &options->log_rate},
      {"rate_over_size", &options->rate_over_size},
      {"trend", &options->trend},
      {"change", &options->change},
      {"scale_decays", &options->scale_decays},
      {"problem_mean", &options->problem_mean},
      {"last_input", &options->last_input},
      {"skip_zeros", &options->skip_zeros},
      {"skip_nonfinite", &options->skip_nonfinite},
      {"dynamic", &options->dynamic},
      {"attention", &options->attention},
      {"shortcut", &options->shortcut},
      {"learned_scale_decay", &options->learned_scale_decay},
      {"learned_input_decay", &options->learned_input_decay}};
  for (const std::string& flag : flags) {
    const auto found = known.find(flag);
    if (found == known.end())
      return errors::InvalidArgument("Unknown flag ", flag, ".");
    *found->second = true;
  }
  return Status::OK();
}


// Reads the names of some things, all of which have to be there once.
Status ReadNames(OpKernelConstruction* context, const char* attribute,
                 std::unordered_map<std::string, int> known,
                 std::vector<int>* found) {
  std::vector<std::string> names;
  TF_RETURN_IF_ERROR(context->GetAttr(attribute, &names));
  for (const std::string& name : names) {
    const auto entry = known.find(name);
    if (entry == known.end())
      return errors::InvalidArgument(name, ", of ", attribute,
                                     ", is unknown or there twice.");
    found->push_back(entry->second);
    known.erase(entry);
  }
  if (!known.empty())
    return errors::InvalidArgument(known.begin()->first, " is missing in ",
                                   attribute, ".");
  return Status::OK();
}

}  // namespace

Status ReadAttributes(OpKernelConstruction* context, Attributes* attributes) {
  const Options& options = attributes->options;
  TF_RETURN_IF_ERROR(ReadOptions(context, &attributes->options));
  const std::string problem = Problem(options);
  if (!problem.empty()) return errors::InvalidArgument(problem);
  std::unordered_map<std::string, int> slots, theta;
  for (int slot = 0; slot < kNumSlots; slot++)
    if (SlotSize(options, slot, 1)) slots[SlotName(slot)] = slot;
  for (int i = 0; i < kNumTheta; i++)
    if (ThetaSize(options, i)) theta[kThetaNames[i]] = i;
  TF_RETURN_IF_ERROR(
      ReadNames(context, "slot_names", slots, &attributes->slots));
  TF_RETURN_IF_ERROR(
      ReadNames(context, "theta_names", theta, &attributes->theta));
  return context->GetAttr("is_reference", &attributes->is_reference);
}

}  // namespace learned_optimizer
