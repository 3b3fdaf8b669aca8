// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Variables while a step uses them.

#ifndef OPTIMIZER_NATIVE_VARIABLES_H_
#define OPTIMIZER_NATIVE_VARIABLES_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/resource_mgr.h"
#include "tensorflow/core/framework/resource_var.h"

namespace tensorflow {

// Class Tensor lets this template see whether others use its buffer, and the
// installed headers do not define it. `LearnedOptimizerDevice` is no device.
struct LearnedOptimizerDevice;

template <typename Device, typename T>
Status PrepareToUpdateVariable(OpKernelContext* context, Tensor* tensor,
                               bool /*copy_on_read_mode*/) {
  if (tensor->RefCountIsOne()) return Status();
  // Somebody still reads the value: it stays as it is.
  Tensor copy;
  TF_RETURN_IF_ERROR(
      context->allocate_temp(tensor->dtype(), tensor->shape(), &copy));
  std::copy_n(tensor->flat<T>().data(), tensor->NumElements(),
              copy.flat<T>().data());
  *tensor = copy;
  return Status();
}

}  // namespace tensorflow

namespace learned_optimizer {

// Locks some mutexes in the order of their addresses, as all of TensorFlow
// does.
class Locks {
 public:
  void Add(tensorflow::mutex* lock, bool shared) {
    locks_.emplace_back(lock, shared);
  }

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
  typedef std::pair<tensorflow::mutex*, bool> Entry;
  std::vector<Entry> locks_;
  bool locked_ = false;
};

// Resource variables, as long as a step uses them.
class Variables {
 public:
  tensorflow::Status LookUp(tensorflow::OpKernelContext* context,
                            const tensorflow::Tensor& handle,
                            tensorflow::Var** var, std::string* name) {
    if (!tensorflow::TensorShapeUtils::IsScalar(handle.shape()))
      return tensorflow::errors::InvalidArgument(
          "Expected one handle, not a tensor ", handle.shape().DebugString(),
          ".");
    const tensorflow::ResourceHandle& resource =
        handle.scalar<tensorflow::ResourceHandle>()();
    *name = resource.name();
    TF_RETURN_IF_ERROR(tensorflow::LookupResource(context, resource, var));
    held_.emplace_back(*var);
    return tensorflow::Status();
  }

  // A variable that nothing initializes.
  tensorflow::Status LookUpOrMake(tensorflow::OpKernelContext* context,
                                  const tensorflow::Tensor& handle,
                                  tensorflow::DataType type,
                                  tensorflow::Var** var) {
    TF_RETURN_IF_ERROR(tensorflow::LookupOrCreateResource<tensorflow::Var>(
        context, handle.scalar<tensorflow::ResourceHandle>()(), var,
        [type](tensorflow::Var** made) {
          *made = new tensorflow::Var(type);
          return tensorflow::Status();
        }));
    held_.emplace_back(*var);
    return tensorflow::Status();
  }

 private:
  std::vector<tensorflow::core::RefCountPtr<tensorflow::Var>> held_;
};

// Checks that there is a value, of `size` floats. As TensorFlow's own reads, it
// does not ask `is_initialized`, which variables of compiled graphs never set.
inline tensorflow::Status CheckValue(const std::string& name,
                                     const tensorflow::Tensor& value,
                                     int64_t size) {
  if (!value.IsInitialized())
    return tensorflow::errors::FailedPrecondition(
        name, " has no value yet: run the initializers first.");
  if (value.dtype() != tensorflow::DT_FLOAT || value.NumElements() != size)
    return tensorflow::errors::InvalidArgument(
        name, " is ", tensorflow::DataTypeString(value.dtype()),
        value.shape().DebugString(), "; expected ", size, " float elements.");
  return tensorflow::Status();
}

}  // namespace learned_optimizer

#endif  // OPTIMIZER_NATIVE_VARIABLES_H_
