/**
 * Merges an adapter into weights while they are read: a matrix plus the product of two narrow ones,
 * its rows scaled to given lengths, a sum. Nothing of a whole model is ever held; each class hands
 * over the numbers of one tensor, a range at a time.
 *
 * <p>Hu et al. 2021, <a href="https://arxiv.org/abs/2106.09685">LoRA: Low-Rank Adaptation of Large
 * Language Models</a>; the reference is Hugging Face's <a
 * href="https://github.com/huggingface/peft/blob/main/src/peft/tuners/lora/layer.py">PEFT</a>,
 * whose merge in float32 this is.
 */
@NullMarked
package io.millrace.model.adapt;

import org.jspecify.annotations.NullMarked;
