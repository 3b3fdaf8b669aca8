// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The TensorFlow op: a step in place, on variables of either kind.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "step.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/resource_mgr.h"
#include "tensorflow/core/framework/resource_var.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/util/work_sharder.h"

namespace tensorflow {

// Class Tensor lets this template see whether others use its buffer, and the
// installed headers do not define it. `LearnedOptimizerDevice` is no device.
struct LearnedOptimizerDevice;

template <typename Device, typename T>
Status PrepareToUpdateVariable(OpKernelContext* context, Tensor* tensor,
                               bool copy_on_read_mode) {
  if (tensor->RefCountIsOne()) return Status::OK();
  // Somebody still reads the value: it stays as it is.
  Tensor copy;
  TF_RETURN_IF_ERROR(
      context->allocate_temp(tensor->dtype(), tensor->shape(), &copy));
  std::copy_n(tensor->flat<T>().data(), tensor->NumElements(),
              copy.flat<T>().data());
  *tensor = copy;
  return Status::OK();
}

}  // namespace tensorflow

namespace learned_optimizer {
namespace {

using tensorflow::DT_FLOAT;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Status;
using tensorflow::Tensor;
using tensorflow::Var;
using tensorflow::mutex;
namespace errors = tensorflow::errors;

// Locks some mutexes in the order of their addresses, as all of TensorFlow
// does.
class Locks {
 public:
  void Add(mutex* lock, bool shared) { locks_.emplace_back(lock, shared); }

  void Lock() {
    // Of a mutex that is there twice, the exclusive lock comes first.
    std::sort(locks_.begin(), locks_.end());
    locks_.erase(std::unique(locks_.begin(), locks_.end(),
                             [](const Entry& one, const Entry& other) {
                               return one.first == other.first;
                             }),
                 locks_.end());
    for (const Entry& entry : locks_) {
      if (entry.second)
        entry.first->lock_shared();
      else
        entry.first->lock();
    }
    locked_ = true;
  }

  ~Locks() {
    if (!locked_) return;
    for (const Entry& entry : locks_) {
      if (entry.second)
        entry.first->unlock_shared();
      else
        entry.first->unlock();
    }
  }

 private:
  typedef std::pair<mutex*, bool> Entry;
  std::vector<Entry> locks_;
  bool locked_ = false;
};

// Resource variables, as long as a step uses them.
class Variables {
 public:
  Status LookUp(OpKernelContext* context, const Tensor& handle, Var** var) {
    if (!tensorflow::TensorShapeUtils::IsScalar(handle.shape()))
      return errors::InvalidArgument("Expected one handle, not a tensor ",
                                     handle.shape().DebugString(), ".");
    TF_RETURN_IF_ERROR(LookupResource(
        context, handle.scalar<tensorflow::ResourceHandle>()(), var));
    held_.emplace_back(*var);
    return Status::OK();
  }

 private:
  std::vector<tensorflow::core::RefCountPtr<Var>> held_;
};

Status CheckValue(const std::string& name, const Tensor& value,
                  bool is_initialized, tensorflow::int64 size) {
  if (!is_initialized || !value.IsInitialized())
    return errors::FailedPrecondition(
        name, " has no value yet: run the initializers first.");
  if (value.dtype() != DT_FLOAT || value.NumElements() != size)
    return errors::InvalidArgument(
        name, " is ", tensorflow::DataTypeString(value.dtype()),
        value.shape().DebugString(), "; expected ", size, " float elements.");
  return Status::OK();
}

}  // namespace

class HierarchicalRnnStepOp : public tensorflow::OpKernel {
 public:
  explicit HierarchicalRnnStepOp(OpKernelConstruction* context)
      : OpKernel(context) {
    OP_REQUIRES_OK(context, ReadOptions(context));
    const std::string problem = Problem(options_);
    OP_REQUIRES(context, problem.empty(), errors::InvalidArgument(problem));
    OP_REQUIRES_OK(context, ReadSlots(context));
    OP_REQUIRES_OK(context, ReadTheta(context));
    OP_REQUIRES_OK(context, context->GetAttr("is_reference", &is_reference_));
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
    Step(*kernels_, options_, theta_values, tensors, global,
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

  Status ReadOptions(OpKernelConstruction* context) {
    std::vector<tensorflow::int32> sizes;
    TF_RETURN_IF_ERROR(context->GetAttr("level_sizes", &sizes));
    if (sizes.empty() || sizes.size() > 3)
      return errors::InvalidArgument("Expected sizes of 1 to 3 levels, not ",
                                     sizes.size(), ".");
    options_ = Options();
    options_.levels = sizes.size();
    std::copy(sizes.begin(), sizes.end(), options_.units);
    TF_RETURN_IF_ERROR(context->GetAttr("num_scales", &options_.scales));
    TF_RETURN_IF_ERROR(
        context->GetAttr("max_log_rate", &options_.max_log_rate));
    TF_RETURN_IF_ERROR(
        context->GetAttr("max_relative_step", &options_.max_relative_step));
    TF_RETURN_IF_ERROR(context->GetAttr("rms_floor", &options_.rms_floor));
    std::vector<std::string> flags;
    TF_RETURN_IF_ERROR(context->GetAttr("flags", &flags));
    const std::unordered_map<std::string, bool*> known = {
        {"products", &options_.products},
        {"log_means", &options_.log_means},
        {"relative_rate", &options_.relative_rate},
        {"extremeness", &options_.extremeness},
        {"log_rate", &options_.log_rate},
        {"scale_decays", &options_.scale_decays},
        {"problem_mean", &options_.problem_mean},
        {"last_input", &options_.last_input},
        {"skip_zeros", &options_.skip_zeros},
        {"skip_nonfinite", &options_.skip_nonfinite},
        {"dynamic", &options_.dynamic},
        {"attention", &options_.attention},
        {"shortcut", &options_.shortcut},
        {"learned_scale_decay", &options_.learned_scale_decay},
        {"learned_input_decay", &options_.learned_input_decay}};
    for (const std::string& flag : flags) {
      const auto found = known.find(flag);
      if (found == known.end())
        return errors::InvalidArgument("Unknown flag ", flag, ".");
      *found->second = true;
    }
    return Status::OK();
  }

  Status ReadSlots(OpKernelConstruction* context) {
    std::vector<std::string> names;
    TF_RETURN_IF_ERROR(context->GetAttr("slot_names", &names));
    std::unordered_map<std::string, int> known;
    for (int slot = 0; slot < kNumSlots; slot++)
      if (SlotSize(options_, slot, 1)) known[SlotName(slot)] = slot;
    for (const std::string& name : names) {
      const auto found = known.find(name);
      if (found == known.end())
        return errors::InvalidArgument("Slot ", name,
                                       " is unknown or there twice.");
      slots_.push_back(found->second);
      known.erase(found);
    }
    if (!known.empty())
      return errors::InvalidArgument("Slot ", known.begin()->first,
                                     " is missing.");
    return Status::OK();
  }

  Status ReadTheta(OpKernelConstruction* context) {
    std::vector<std::string> names;
    TF_RETURN_IF_ERROR(context->GetAttr("theta_names", &names));
    std::unordered_map<std::string, int> known;
    for (int i = 0; i < kNumTheta; i++)
      if (ThetaSize(options_, i)) known[kThetaNames[i]] = i;
    for (const std::string& name : names) {
      const auto found = known.find(name);
      if (found == known.end())
        return errors::InvalidArgument("Meta-parameter ", name,
                                       " is unknown or there twice.");
      theta_.push_back(found->second);
      known.erase(found);
    }
    if (!known.empty())
      return errors::InvalidArgument("Meta-parameter ", known.begin()->first,
                                     " is missing.");
    return Status::OK();
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
    if (is_reference_.size() != values->size())
      return errors::InvalidArgument("Expected ", values->size(),
                                     " kinds of variables, not ",
                                     is_reference_.size(), ".");
    int resource = 0, reference = 0;
    for (size_t i = 0; i < values->size(); i++) {
      Value& value = (*values)[i];
      if (is_reference_[i]) {
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
    return Status::OK();
  }

  Status FindTheta(OpKernelContext* context, Variables* held, Locks* locks,
                   std::vector<Var*>* theta) {
    tensorflow::OpInputList handles;
    TF_RETURN_IF_ERROR(context->input_list("theta", &handles));
    if (handles.size() != static_cast<int>(theta_.size()))
      return errors::InvalidArgument("Expected ", theta_.size(),
                                     " meta-parameters, not ", handles.size(),
                                     ".");
    for (const Tensor& handle : handles) {
      Var* var;
      TF_RETURN_IF_ERROR(held->LookUp(context, handle, &var));
      locks->Add(var->mu(), true);
      theta->push_back(var);
    }
    return Status::OK();
  }

  // Checks that sizes are those of the gradients, before anything is changed.
  Status Check(OpKernelContext* context, std::vector<Value>* values) {
    tensorflow::OpInputList gradients;
    TF_RETURN_IF_ERROR(context->input_list("gradients", &gradients));
    const size_t each = 1 + slots_.size();
    const size_t expected =
        gradients.size() * each + (options_.levels > 2 ? 1 : 0);
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
        value.size = options_.units[2];
      } else {
        const Tensor& gradient = gradients[index];
        value.size = i % each == 0
                         ? gradient.NumElements()
                         : SlotSize(options_, slots_[i % each - 1],
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
    return Status::OK();
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
    const size_t each = 1 + slots_.size();
    tensors->resize(gradients.size());
    for (size_t i = 0; i < tensors->size(); i++) {
      TensorState& state = (*tensors)[i];
      state = TensorState();
      state.size = gradients[i].NumElements();
      state.gradient = gradients[i].flat<float>().data();
      state.variable = (*values)[i * each].data;
      for (size_t j = 0; j < slots_.size(); j++)
        state.slots[slots_[j]] = (*values)[i * each + 1 + j].data;
    }
    if (options_.levels > 2) *global = values->back().data;
    return Status::OK();
  }

  Status CopyTheta(const std::vector<Var*>& vars, std::vector<float>* copy,
                   const float** values) {
    std::vector<std::pair<int, size_t>> starts;
    for (size_t i = 0; i < vars.size(); i++) {
      const Tensor& tensor = *vars[i]->tensor();
      TF_RETURN_IF_ERROR(CheckValue(kThetaNames[theta_[i]], tensor,
                                    vars[i]->is_initialized,
                                    ThetaSize(options_, theta_[i])));
      const float* data = tensor.flat<float>().data();
      starts.emplace_back(theta_[i], copy->size());
      copy->insert(copy->end(), data, data + tensor.NumElements());
    }
    for (const auto& start : starts)
      values[start.first] = copy->data() + start.second;
    return Status::OK();
  }

  Options options_;
  std::vector<int> slots_;
  std::vector<int> theta_;  // A `Theta` for each input.
  std::vector<bool> is_reference_;
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
    .Attr("level_sizes: list(int)")
    .Attr("num_scales: int")
    .Attr("max_log_rate: float")
    .Attr("max_relative_step: float")
    .Attr("rms_floor: float")
    .Attr("flags: list(string)")
    .SetIsStateful()
    .SetShapeFn(tensorflow::shape_inference::NoOutputs)
    .Doc(R"doc(
Steps all variables of a model with a hierarchical RNN, in place.

resources: variables that are resources, and references: those that are not:
  for each gradient its variable and the variable's slots, then the global
  state; `is_reference` has the order of both together.
gradients: of the variables.
theta: handles of the meta-parameters.
flags: options that are on.
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
