// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The kernel: a step of the variables of a model.
//
// It is a kernel of PyFunc, an op that every TensorFlow has, under a label of
// its own: a graph with an op of our own could not even be opened where this
// library is not. See native_step.py.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "attributes.h"
#include "step.h"
#include "table.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/platform/denormal.h"
#include "tensorflow/core/util/work_sharder.h"
#include "variables.h"

namespace learned_optimizer {

using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Status;
using tensorflow::Tensor;
using tensorflow::Var;
namespace errors = tensorflow::errors;

// Inputs: for each tensor its variable and the variable's slots; the global
// state; the gradients; the meta-parameters. A variable is a handle, and is
// stepped in place, or a value: then the stepped value is an output. All but
// gradients are handles else.
//
// Behind a gradient that is of some rows only are their indices, int64, and the
// variable with sums; see table.h. Then an output is these rows.
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
    Inputs inputs;
    Variables held;
    Locks locks;
    std::vector<Value> values;
    std::vector<Var*> theta;
    OP_REQUIRES_OK(context, FindInputs(context, &inputs));
    OP_REQUIRES_OK(context,
                   FindValues(context, inputs, &held, &locks, &values));
    OP_REQUIRES_OK(context, FindTheta(context, inputs, &held, &locks, &theta));
    std::vector<Rows> rows;
    OP_REQUIRES_OK(context, FindRows(context, inputs, &held, &locks, &rows));
    locks.Lock();
    std::vector<TensorState> tensors;
    float* global = nullptr;
    OP_REQUIRES_OK(context, Check(context, inputs, &values));
    OP_REQUIRES_OK(context,
                   Prepare(context, inputs, &values, &tensors, &global));
    std::vector<float> theta_copy;
    const float* theta_values[kNumTheta] = {};
    OP_REQUIRES_OK(context, CopyTheta(theta, &theta_copy, theta_values));
    const auto pool = context->device()->tensorflow_cpu_worker_threads();
    const ParallelFor parallel = [pool](
        int64_t count, const std::function<void(int64_t)>& call) {
      Distribute(*pool, count, call);
    };
    // TensorFlow's own threads do that, but not all of a program's.
    const tensorflow::port::ScopedFlushDenormal flush;
    TakeRows(context, inputs, values, parallel, &rows, &tensors);
    Step(*kernels_, attributes_.options, theta_values, tensors, global,
         parallel);
    OP_REQUIRES_OK(context, PutRowsBack(context, parallel, &rows));
  }

 private:
  // How many inputs of a kind there are, in their order.
  struct Inputs {
    int tensors = 0;
    int values = 0;
    std::vector<int> gradients;  // Their places; of each tensor.
    std::vector<int> rows;       // Those of indices, 0 if there are none.
    int theta = 0;               // The place of the first.
  };

  // A variable that is changed.
  struct Value {
    std::string name;
    int64_t size = -1;  // As it has to be.
    Var* var = nullptr;  // If it is a handle.
    Tensor tensor;       // If it is a value.
    float* data = nullptr;
    Tensor* output = nullptr;  // If there is one.
  };

  // Rows of a tensor.
  struct Rows {
    int tensor;
    Var* sums;
    std::unique_ptr<Table> table;
  };

  // Threads take a call as they have made one: nobody waits for a slow one.
  static void Distribute(
      const tensorflow::DeviceBase::CpuWorkerThreads& pool, int64_t count,
      const std::function<void(int64_t)>& call) {
    std::atomic<int64_t> next(0);
    const auto take = [&] {
      const tensorflow::port::ScopedFlushDenormal flush;
      for (int64_t i; (i = next.fetch_add(1)) < count;) call(i);
    };
    const int64_t threads = std::min<int64_t>(pool.num_threads, count);
    if (threads <= 1) {
      take();
      return;
    }
    const int64_t kExpensive = 1 << 30;  // So that all are used.
    tensorflow::Shard(pool.num_threads, pool.workers, threads, kExpensive,
                      [&take](int64_t, int64_t) { take(); });
  }

  size_t values_of_tensor() const { return 1 + attributes_.slots.size(); }

  Status FindInputs(OpKernelContext* context, Inputs* inputs) const {
    const int global = attributes_.options.levels > 2 ? 1 : 0;
    const int each = values_of_tensor() + 1;
    int tables = 0;
    for (int i = 0; i < context->num_inputs(); i++)
      tables += context->input_dtype(i) == tensorflow::DT_INT64;
    inputs->theta =
        context->num_inputs() - static_cast<int>(attributes_.theta.size());
    const int rest = inputs->theta - global - 2 * tables;
    if (rest <= 0 || rest % each != 0)
      return errors::InvalidArgument(
          context->num_inputs(), " inputs are not ", each, " a tensor and ",
          global + attributes_.theta.size(), " others.");
    inputs->tensors = rest / each;
    inputs->values = inputs->tensors * values_of_tensor() + global;
    std::vector<tensorflow::DataType> types(context->num_inputs(),
                                            tensorflow::DT_RESOURCE);
    int outputs = 0, next = inputs->values;
    for (int i = 0; i < inputs->tensors; i++) {
      const int variable = i * values_of_tensor();
      if (context->input_dtype(variable) == tensorflow::DT_FLOAT) {
        types[variable] = tensorflow::DT_FLOAT;
        outputs++;
      }
      types[next] = tensorflow::DT_FLOAT;
      inputs->gradients.push_back(next++);
      const bool has_rows = next + 1 < inputs->theta &&
                            context->input_dtype(next) == tensorflow::DT_INT64;
      inputs->rows.push_back(has_rows ? next : 0);
      if (has_rows) types[next] = tensorflow::DT_INT64;
      next += has_rows ? 2 : 0;
    }
    for (int i = 0; i < context->num_inputs(); i++)
      if (context->input_dtype(i) != types[i])
        return errors::InvalidArgument(
            "Input ", i, " is ",
            tensorflow::DataTypeString(context->input_dtype(i)), ".");
    if (context->num_outputs() != outputs)
      return errors::InvalidArgument("Expected ", outputs, " outputs, not ",
                                     context->num_outputs(), ".");
    for (int i = 0; i < outputs; i++)
      if (context->expected_output_dtype(i) != tensorflow::DT_FLOAT)
        return errors::InvalidArgument("Output ", i, " is not float.");
    return Status();
  }

  const Tensor& gradient(OpKernelContext* context, const Inputs& inputs,
                         int tensor) const {
    return context->input(inputs.gradients[tensor]);
  }

  // Looks up everything that is changed.
  Status FindValues(OpKernelContext* context, const Inputs& inputs,
                    Variables* held, Locks* locks,
                    std::vector<Value>* values) const {
    values->resize(inputs.values);
    for (int i = 0; i < inputs.values; i++) {
      Value& value = (*values)[i];
      if (context->input_dtype(i) != tensorflow::DT_RESOURCE) {
        value.name = "A reference variable";
        value.tensor = context->input(i);
        continue;
      }
      TF_RETURN_IF_ERROR(
          held->LookUp(context, context->input(i), &value.var, &value.name));
      locks->Add(value.var->mu(), false);
    }
    return Status();
  }

  Status FindTheta(OpKernelContext* context, const Inputs& inputs,
                   Variables* held, Locks* locks,
                   std::vector<Var*>* theta) const {
    std::string name;
    for (int i = inputs.theta; i < context->num_inputs(); i++) {
      Var* var;
      TF_RETURN_IF_ERROR(held->LookUp(context, context->input(i), &var, &name));
      locks->Add(var->mu(), true);
      theta->push_back(var);
    }
    return Status();
  }

  Status FindRows(OpKernelContext* context, const Inputs& inputs,
                  Variables* held, Locks* locks,
                  std::vector<Rows>* rows) const {
    for (int i = 0; i < inputs.tensors; i++) {
      if (!inputs.rows[i]) continue;
      Rows found = {i, nullptr, nullptr};
      TF_RETURN_IF_ERROR(
          held->LookUpOrMake(context, context->input(inputs.rows[i] + 1),
                             tensorflow::DT_DOUBLE, &found.sums));
      locks->Add(found.sums->mu(), false);
      rows->push_back(std::move(found));
    }
    return Status();
  }

  // Checks that a gradient is of a variable's shape, or of some of its rows.
  Status CheckGradient(OpKernelContext* context, const Inputs& inputs,
                       int index, const std::string& name,
                       const Tensor& variable) const {
    const Tensor& grad = gradient(context, inputs, index);
    tensorflow::TensorShape shape = variable.shape();
    if (inputs.rows[index]) {
      const auto rows =
          context->input(inputs.rows[index]).flat<tensorflow::int64>();
      if (shape.dims() == 0)
        return errors::InvalidArgument(name, " has no rows.");
      const tensorflow::int64 num_rows = shape.dim_size(0);
      for (int64_t i = 0; i < rows.size(); i++)
        if (rows(i) < 0 || rows(i) >= num_rows)
          return errors::InvalidArgument("Row ", rows(i), " of ", name,
                                         " is not in [0, ", num_rows, ").");
      shape.set_dim(0, rows.size());
    }
    if (shape != grad.shape())
      return errors::InvalidArgument(
          name, " has shape ", shape.DebugString(), " and its gradient ",
          grad.shape().DebugString(), ".");
    return Status();
  }

  // Checks that sizes are those of the gradients, before anything is changed.
  Status Check(OpKernelContext* context, const Inputs& inputs,
               std::vector<Value>* values) const {
    const size_t each = values_of_tensor();
    std::vector<const void*> found;
    int64_t size = 0;  // Of the tensor.
    for (size_t i = 0; i < values->size(); i++) {
      Value& value = (*values)[i];
      const Tensor& tensor =
          value.var == nullptr ? value.tensor : *value.var->tensor();
      const int index = i / each;
      if (index == inputs.tensors) {
        value.size = attributes_.options.units[2];
      } else {
        if (i % each == 0) {
          if (tensor.IsInitialized())
            TF_RETURN_IF_ERROR(
                CheckGradient(context, inputs, index, value.name, tensor));
          size = tensor.NumElements();
        }
        value.size = i % each == 0
                         ? size
                         : SlotSize(attributes_.options,
                                    attributes_.slots[i % each - 1], size);
      }
      TF_RETURN_IF_ERROR(CheckValue(value.name, tensor, value.size));
      // Two resources may share a buffer: Prepare copies it.
      if (value.var) found.push_back(value.var);
    }
    std::sort(found.begin(), found.end());
    if (std::adjacent_find(found.begin(), found.end()) != found.end())
      return errors::InvalidArgument("A variable is there twice.");
    return Status();
  }

  // Gives each variable a buffer of its own, and gathers them by tensor.
  Status Prepare(OpKernelContext* context, const Inputs& inputs,
                 std::vector<Value>* values, std::vector<TensorState>* tensors,
                 float** global) const {
    const size_t each = values_of_tensor();
    int output = 0;
    for (size_t i = 0; i < values->size(); i++) {
      Value& value = (*values)[i];
      Tensor* tensor = value.var ? value.var->tensor() : nullptr;
      if (value.var) {
        TF_RETURN_IF_ERROR(
            (tensorflow::PrepareToUpdateVariable<
                tensorflow::LearnedOptimizerDevice, float>(context, tensor,
                                                           false)));
      } else if (inputs.rows[i / each]) {
        // Only its rows are changed, which the output has.
        TF_RETURN_IF_ERROR(context->allocate_output(
            output++, gradient(context, inputs, i / each).shape(),
            &value.output));
        tensor = &value.tensor;
      } else {
        TF_RETURN_IF_ERROR(context->allocate_output(
            output++, value.tensor.shape(), &tensor));
        std::copy_n(value.tensor.flat<float>().data(), value.size,
                    tensor->flat<float>().data());
      }
      value.data = tensor->flat<float>().data();
    }
    tensors->resize(inputs.tensors);
    for (size_t i = 0; i < tensors->size(); i++) {
      TensorState& state = (*tensors)[i];
      state = TensorState();
      state.size = (*values)[i * each].size;
      state.gradient = gradient(context, inputs, i).flat<float>().data();
      state.variable = (*values)[i * each].data;
      for (size_t j = 0; j < attributes_.slots.size(); j++)
        state.slots[attributes_.slots[j]] = (*values)[i * each + 1 + j].data;
    }
    if (attributes_.options.levels > 2) *global = values->back().data;
    return Status();
  }

  // Makes tensors of the rows of those that have gradients for some only.
  void TakeRows(OpKernelContext* context, const Inputs& inputs,
                const std::vector<Value>& values, const ParallelFor& parallel,
                std::vector<Rows>* rows,
                std::vector<TensorState>* tensors) const {
    for (Rows& each : *rows) {
      const Tensor& grad = gradient(context, inputs, each.tensor);
      const Tensor& indices = context->input(inputs.rows[each.tensor]);
      int64_t row_size = 1;
      for (int i = 1; i < grad.dims(); i++) row_size *= grad.dim_size(i);
      Tensor* output = values[each.tensor * values_of_tensor()].output;
      const Tensor& sums = *each.sums->tensor();
      std::vector<double> known;
      if (each.sums->is_initialized && sums.dtype() == tensorflow::DT_DOUBLE)
        known.assign(sums.flat<double>().data(),
                     sums.flat<double>().data() + sums.NumElements());
      TensorState& tensor = (*tensors)[each.tensor];
      each.table.reset(new Table(
          attributes_.options, tensor, row_size,
          reinterpret_cast<const int64_t*>(
              indices.flat<tensorflow::int64>().data()),
          indices.NumElements()));
      tensor = each.table->Take(
          grad.flat<float>().data(),
          output == nullptr ? nullptr : output->flat<float>().data(), known,
          parallel);
    }
  }

  Status PutRowsBack(OpKernelContext* context, const ParallelFor& parallel,
                     std::vector<Rows>* rows) const {
    for (Rows& each : *rows) {
      const std::vector<double> known = each.table->PutBack(parallel);
      Tensor sums;
      TF_RETURN_IF_ERROR(context->allocate_temp(
          tensorflow::DT_DOUBLE,
          {static_cast<tensorflow::int64>(known.size())}, &sums));
      std::copy(known.begin(), known.end(), sums.flat<double>().data());
      *each.sums->tensor() = sums;
      each.sums->is_initialized = true;
    }
    return Status();
  }

  Status CopyTheta(const std::vector<Var*>& vars, std::vector<float>* copy,
                   const float** values) const {
    std::vector<std::pair<int, size_t>> starts;
    for (size_t i = 0; i < vars.size(); i++) {
      const int name = attributes_.theta[i];
      const Tensor& tensor = *vars[i]->tensor();
      TF_RETURN_IF_ERROR(CheckValue(kThetaNames[name], tensor,
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

REGISTER_KERNEL_BUILDER(Name("PyFunc")
                            .Device(tensorflow::DEVICE_CPU)
                            .Label("LearnedOptimizerHierarchicalRnnStep"),
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
