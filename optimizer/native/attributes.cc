// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0

#include "attributes.h"

#include <iterator>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

namespace learned_optimizer {
namespace {

using tensorflow::OpKernelConstruction;
using tensorflow::Status;
namespace errors = tensorflow::errors;

// Reads the names of some things, all of which have to be there once.
Status ReadNames(const std::string& line,
                 std::unordered_map<std::string, int> known,
                 std::vector<int>* found) {
  std::istringstream names(line);
  for (std::string name; names >> name;) {
    const auto entry = known.find(name);
    if (entry == known.end())
      return errors::InvalidArgument(name, " is unknown or there twice.");
    found->push_back(entry->second);
    known.erase(entry);
  }
  if (!known.empty())
    return errors::InvalidArgument(known.begin()->first, " is missing.");
  return Status();
}

}  // namespace

Status ReadAttributes(OpKernelConstruction* context, Attributes* attributes) {
  const Options& options = attributes->options;
  std::string text, slot_names, theta_names;
  TF_RETURN_IF_ERROR(context->GetAttr("token", &text));
  std::istringstream lines(text);
  std::getline(lines, slot_names);
  std::getline(lines, theta_names);
  const std::string rest((std::istreambuf_iterator<char>(lines)),
                         std::istreambuf_iterator<char>());
  const std::string problem = ReadOptions(rest, &attributes->options);
  if (!problem.empty()) return errors::InvalidArgument(problem);
  std::unordered_map<std::string, int> slots, theta;
  for (int slot = 0; slot < kNumSlots; slot++)
    if (SlotSize(options, slot, 1)) slots[SlotName(slot)] = slot;
  for (int i = 0; i < kNumTheta; i++)
    if (ThetaSize(options, i)) theta[kThetaNames[i]] = i;
  TF_RETURN_IF_ERROR(ReadNames(slot_names, slots, &attributes->slots));
  return ReadNames(theta_names, theta, &attributes->theta);
}

}  // namespace learned_optimizer
