// SPDX-License-Identifier: Apache-2.0
//
// All of bprop. Single headers compile faster; each stands alone.
#pragma once

#include "bprop/activation.h"
#include "bprop/arithmetic.h"
#include "bprop/batch_rows.h"
#include "bprop/check.h"
#include "bprop/dataset.h"
#include "bprop/divergence.h"
#include "bprop/document.h"
#include "bprop/error.h"
#include "bprop/evaluate.h"
#include "bprop/explain.h"
#include "bprop/formula.h"
#include "bprop/gradients.h"
#include "bprop/loss.h"
#include "bprop/model.h"
#include "bprop/network.h"
#include "bprop/optimizer.h"
#include "bprop/preprocessing.h"
#include "bprop/selector.h"
#include "bprop/suggestion.h"
#include "bprop/tape.h"
#include "bprop/thread_pool.h"
#include "bprop/train.h"
#include "bprop/trainer.h"
#include "bprop/version.h"
