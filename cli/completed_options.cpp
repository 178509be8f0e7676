// SPDX-License-Identifier: Apache-2.0
#include "training_options.h"

namespace bprop::cli {

Options TrainingOptions::completed(Options options, const TrainOptions& train) {
  const auto note = [&](std::string_view name, const auto& value) {
    if (Option& option = *options.find(name); !option.excluded) option.default_text = text_of(value);
  };
  const auto note_member = [&]<class Chosen>(std::string_view name, double Chosen::* member) {
    if (const auto* chosen = std::get_if<Chosen>(&*train.optimizer)) note(name, chosen->*member);
  };
  if (!options.given("from")) {  // what is not given of the loss is else the model's
    note("reduction", train.reduction.value_or(LossOptions{}.reduction));
    if (train.loss == Loss::kHuber) note("huber-delta", train.huber_delta.value_or(LossOptions{}.huber_delta));
    const bool focal = train.loss == Loss::kBinaryFocal || train.loss == Loss::kFocal;
    if (focal) note("focal-gamma", train.focal_gamma.value_or(LossOptions{}.focal_gamma));
    if (train.loss == Loss::kQuantile) note("quantiles", train.quantiles.value_or(std::vector<double>{0.5}));
  }
  note("preset", train.preset);
  if (train.choose) note("choose", *train.choose);
  if (train.choose.value_or(0) == 0) note("validation", train.validation.value_or(kValidationShare));
  if (!train.candidates.empty()) note("candidates", train.candidates);
  note("layers", train.layers);
  if (train.loss) note("loss", train.loss);
  note("initializer", train.initializer);
  note("bias-initializer", train.bias_initializer);
  note("zero-last-layer", Choice{*train.zero_last_layer});
  note("embedding-sigma", train.embedding_sigma);
  note("scaling", train.scaling);
  note("smooth-clip", Choice{*train.smooth_clip});
  note("signed-pairs", Choice{*train.signed_pairs});
  note("missing-zero", Choice{*train.missing_zero});
  note("embed-above", train.embed_above);
  note("members", train.members);
  note("batch", BatchSize{*train.batch});
  note("drop-last-batch", Choice{*train.drop_last_batch});
  note("weight-decay-schedule", train.weight_decay_schedule);
  note("dropout-schedule", train.dropout_schedule);
  note("parametrization", train.parametrization);
  note("bias-rate", train.bias_rate);
  note("scale-rate", train.scale_rate);
  note("embedding-rate", train.embedding_rate);
  note("ties", train.ties);
  if (train.epochs) note("epochs", *train.epochs);
  note("schedule", train.schedule->kind);
  note("optimizer", *train.optimizer);
  note("learning-rate", train.learning_rate.value_or(learning_rate(*train.optimizer)));
  note_member("momentum", &Momentum::momentum);
  note_member("momentum", &Nesterov::momentum);
  note_member("decay", &RmsProp::decay);
  note_member("epsilon", &RmsProp::epsilon);
  note_member("beta1", &Adam::beta1);
  note_member("beta2", &Adam::beta2);
  note_member("epsilon", &Adam::epsilon);
  note_member("beta1", &AdamW::beta1);
  note_member("beta2", &AdamW::beta2);
  note_member("epsilon", &AdamW::epsilon);
  note_member("weight-decay", &AdamW::weight_decay);
  return options;
}

}  // namespace bprop::cli
