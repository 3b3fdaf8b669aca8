// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The TensorFlow op: a step in place, on variables of either kind.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "attributes.h"
#include "step.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/util/work_sharder.h"
#include "variables.h"

namespace learned_optimizer {

using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Status;
using tensorflow::Tensor;
using tensorflow::Var;
namespace errors = tensorflow::errors;

class HierarchicalRnnStepOp : public tensorflow::OpKernel {
 public:
  explicit HierarchicalRnnStepOp(OpKernelConstruction* context)
      : OpKernel(context) {
    OP_REQUIRES_OK(context, ReadAttributes(context, &attributes_));
    const char* wanted = std::getenv("LOL_NATIVE_INSTRUCTIONS");
    kernels_ = FindKernels(wanted ? wanted : "");
    OP_REQUIRES(context, kernels_ != nullptr,
                errors::InvalidArgument(
                    "LOL_NATIVE_INSTRUCTIONS is ", wanted ? wanted : "",
                    ", which is unknown or not of this processor: expected "
                    "avx512, avx2, baseline or plain."));
  }

  void Compute(OpKernelContext* context) override {
    Variables held;
    Locks locks;
    std::vector<Value> values;
    std::vector<Var*> theta;
    OP_REQUIRES_OK(context, FindValues(context, &held, &locks, &values));
    OP_REQUIRES_OK(context, FindTheta(context, &held, &locks, &theta));
    locks.Lock();
    std::vector<TensorState> tensors;
    float* global = nullptr;
    OP_REQUIRES_OK(context, Check(context, &values));
    OP_REQUIRES_OK(context, Prepare(context, &values, &tensors, &global));
    std::vector<float> theta_copy;
    const float* theta_values[kNumTheta] = {};
    OP_REQUIRES_OK(context, CopyTheta(theta, &theta_copy, theta_values));
    const auto pool = context->device()->tensorflow_cpu_worker_threads();
    Step(*kernels_, attributes_.options, theta_values, tensors, global,
         [pool](tensorflow::int64 count,
                const std::function<void(int64_t)>& call) {
           Distribute(*pool, count, call);
         });
  }

 private:
  // A variable that is changed, of either kind.
  struct Value {
    std::string name;
    tensorflow::int64 size = -1;  // As it has to be.
    Var* var = nullptr;
    Tensor tensor;  // Of a reference variable.
    float* data = nullptr;
  };

  // Threads take a call as they have made one: nobody waits for a slow one.
  static void Distribute(
      const tensorflow::DeviceBase::CpuWorkerThreads& pool,
      tensorflow::int64 count, const std::function<void(int64_t)>& call) {
    std::atomic<tensorflow::int64> next(0);
    const auto take = [&] {
      for (tensorflow::int64 i; (i = next.fetch_add(1)) < count;) call(i);
    };
    const tensorflow::int64 threads =
        std::min<tensorflow::int64>(pool.num_threads, count);
    if (threads <= 1) {
      take();
      return;
    }
    const tensorflow::int64 kExpensive = 1 << 30;  // So that all are used.
    tensorflow::Shard(pool.num_threads, pool.workers, threads, kExpensive,
                      [&take](tensorflow::int64, tensorflow::int64) {
                        take();
                      });
  }

  // Looks up everything that is changed: for each tensor the variable and its
  // slots, then the global state.
  Status FindValues(OpKernelContext* context, Variables* held, Locks* locks,
                    std::vector<Value>* values) {
    tensorflow::OpInputList resources;
    tensorflow::OpMutableInputList references;
    TF_RETURN_IF_ERROR(context->input_list("resources", &resources));
    TF_RETURN_IF_ERROR(
        context->mutable_input_list("references", &references));
    values->resize(resources.size() + references.size());
    if (attributes_.is_reference.size() != values->size())
      return errors::InvalidArgument("Expected ", values->size(),
                                     " kinds of variables, not ",
                                     attributes_.is_reference.size(), ".");
    int resource = 0, reference = 0;
    for (size_t i = 0; i < values->size(); i++) {
      Value& value = (*values)[i];
      if (attributes_.is_reference[i]) {
        if (reference == references.size())
          return errors::InvalidArgument("Too few references.");
        locks->Add(references.ref_mutex(reference), false);
        value.name = "A reference variable";
        reference++;
      } else {
        if (resource == resources.size())
          return errors::InvalidArgument("Too few resources.");
        const Tensor& handle = resources[resource++];
        TF_RETURN_IF_ERROR(held->LookUp(context, handle, &value.var));
        value.name = handle.scalar<tensorflow::ResourceHandle>()().name();
        locks->Add(value.var->mu(), false);
      }
    }
    return Status();
  }

  Status FindTheta(OpKernelContext* context, Variables* held, Locks* locks,
                   std::vector<Var*>* theta) {
    tensorflow::OpInputList handles;
    TF_RETURN_IF_ERROR(context->input_list("theta", &handles));
    if (handles.size() != static_cast<int>(attributes_.theta.size()))
      return errors::InvalidArgument("Expected ", attributes_.theta.size(),
                                     " meta-parameters, not ", handles.size(),
                                     ".");
    for (const Tensor& handle : handles) {
      Var* var;
      TF_RETURN_IF_ERROR(held->LookUp(context, handle, &var));
      locks->Add(var->mu(), true);
      theta->push_back(var);
    }
    return Status();
  }

  // Checks that sizes are those of the gradients, before anything is changed.
  Status Check(OpKernelContext* context, std::vector<Value>* values) {
    tensorflow::OpInputList gradients;
    TF_RETURN_IF_ERROR(context->input_list("gradients", &gradients));
    const size_t each = 1 + attributes_.slots.size();
    const size_t expected =
        gradients.size() * each + (attributes_.options.levels > 2 ? 1 : 0);
    if (values->size() != expected)
      return errors::InvalidArgument("Expected ", expected,
                                     " variables, not ", values->size(), ".");
    tensorflow::OpMutableInputList references;
    TF_RETURN_IF_ERROR(
        context->mutable_input_list("references", &references));
    int reference = 0;
    std::vector<const void*> seen;
    for (size_t i = 0; i < values->size(); i++) {
      Value& value = (*values)[i];
      if (value.var == nullptr)
        value.tensor = references.at(reference++, true);
      const Tensor& tensor =
          value.var == nullptr ? value.tensor : *value.var->tensor();
      const size_t index = i / each;
      if (static_cast<int>(index) == gradients.size()) {
        value.size = attributes_.options.units[2];
      } else {
        const Tensor& gradient = gradients[index];
        value.size = i % each == 0
                         ? gradient.NumElements()
                         : SlotSize(attributes_.options,
                                    attributes_.slots[i % each - 1],
                                    gradient.NumElements());
        if (i % each == 0 && tensor.shape() != gradient.shape())
          return errors::InvalidArgument(
              value.name, " has shape ", tensor.shape().DebugString(),
              " and its gradient ", gradient.shape().DebugString(), ".");
      }
      TF_RETURN_IF_ERROR(CheckValue(
          value.name, tensor,
          value.var == nullptr || value.var->is_initialized, value.size));
      // Two resources may share a buffer: Prepare copies it.
      if (value.var)
        seen.push_back(value.var);
      else if (value.size)
        seen.push_back(tensor.tensor_data().data());
    }
    std::sort(seen.begin(), seen.end());
    if (std::adjacent_find(seen.begin(), seen.end()) != seen.end())
      return errors::InvalidArgument("A variable is there twice.");
    return Status();
  }

  // Gives each variable a buffer of its own, and gathers them by tensor.
  Status Prepare(OpKernelContext* context, std::vector<Value>* values,
                 std::vector<TensorState>* tensors, float** global) {
    tensorflow::OpInputList gradients;
    TF_RETURN_IF_ERROR(context->input_list("gradients", &gradients));
    for (Value& value : *values) {
      Tensor* tensor = value.var ? value.var->tensor() : &value.tensor;
      if (value.var)
        TF_RETURN_IF_ERROR(
            (tensorflow::PrepareToUpdateVariable<
                tensorflow::LearnedOptimizerDevice, float>(context, tensor,
                                                           false)));
      value.data = tensor->flat<float>().data();
    }
    const size_t each = 1 + attributes_.slots.size();
    tensors->resize(gradients.size());
    for (size_t i = 0; i < tensors->size(); i++) {
      TensorState& state = (*tensors)[i];
      state = TensorState();
      state.size = gradients[i].NumElements();
      state.gradient = gradients[i].flat<float>().data();
      state.variable = (*values)[i * each].data;
      for (size_t j = 0; j < attributes_.slots.size(); j++)
        state.slots[attributes_.slots[j]] = (*values)[i * each + 1 + j].data;
    }
    if (attributes_.options.levels > 2) *global = values->back().data;
    return Status();
  }

  Status CopyTheta(const std::vector<Var*>& vars, std::vector<float>* copy,
                   const float** values) {
    std::vector<std::pair<int, size_t>> starts;
    for (size_t i = 0; i < vars.size(); i++) {
      const int name = attributes_.theta[i];
      const Tensor& tensor = *vars[i]->tensor();
      TF_RETURN_IF_ERROR(CheckValue(kThetaNames[name], tensor,
                                    vars[i]->is_initialized,
                                    ThetaSize(attributes_.options, name)));
      const float* data = tensor.flat<float>().data();
      starts.emplace_back(name, copy->size());
      copy->insert(copy->end(), data, data + tensor.NumElements());
    }
    for (const auto& start : starts)
      values[start.first] = copy->data() + start.second;
    return Status();
  }

  Attributes attributes_;
  const Kernels* kernels_;
};

REGISTER_OP("LearnedOptimizerHierarchicalRnnStep")
    .Input("resources: R * resource")
    .Input("references: Ref(F * float)")
    .Input("gradients: N * float")
    .Input("theta: K * resource")
    .Attr("R: int >= 0")
    .Attr("F: int >= 0")
    .Attr("N: int >= 1")
    .Attr("K: int >= 1")
    .Attr("is_reference: list(bool)")
    .Attr("slot_names: list(string)")
    .Attr("theta_names: list(string)")
    .Attr("options: string")
    .SetIsStateful()
    .SetShapeFn(tensorflow::shape_inference::NoOutputs)
    .Doc(R"doc(
Steps all variables of a model with a hierarchical RNN, in place.

resources: variables that are resources, and references: those that are not:
  for each gradient its variable and the variable's slots, then the global
  state; `is_reference` has the order of both together.
gradients: of the variables.
theta: handles of the meta-parameters.
options: see ReadOptions in step.h.
)doc");

REGISTER_KERNEL_BUILDER(Name("LearnedOptimizerHierarchicalRnnStep")
                            .Device(tensorflow::DEVICE_CPU),
                        HierarchicalRnnStepOp);

}  // namespace learned_optimizer

// The names of all meta-parameters a step may need, by lines.
extern "C" const char*
LearnedOptimizerThetaNames() {
  static const std::string* names = [] {
    std::string* joined = new std::string;
    for (const char* name : learned_optimizer::kThetaNames)
      *joined += std::string(joined->empty() ? "" : "\n") + name;
    return joined;
  }();
  return names->c_str();
}

// The names of all options of a step, by lines.
extern "C" const char*
LearnedOptimizerOptionNames() {
  static const std::string* names =
      new std::string(learned_optimizer::OptionNames());
  return names->c_str();
}

// What the loader asks before the op is used: "", or what is wrong. The names
// are of instructions as in LOL_NATIVE_INSTRUCTIONS.
extern "C" const char*
LearnedOptimizerSelfTest(const char* instructions) {
  static thread_local std::string result;
  const learned_optimizer::Kernels* kernels =
      learned_optimizer::FindKernels(instructions);
  result = kernels == nullptr
               ? std::string("there are no ") + instructions + " instructions"
               : learned_optimizer::SelfTest(*kernels);
  return result.c_str();
}
