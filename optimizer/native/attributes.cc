// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0

#include "attributes.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace learned_optimizer {
namespace {

using tensorflow::OpKernelConstruction;
using tensorflow::Status;
namespace errors = tensorflow::errors;

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
  return Status();
}

}  // namespace

Status ReadAttributes(OpKernelConstruction* context, Attributes* attributes) {
  const Options& options = attributes->options;
  std::string text;
  TF_RETURN_IF_ERROR(context->GetAttr("options", &text));
  const std::string problem = ReadOptions(text, &attributes->options);
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
