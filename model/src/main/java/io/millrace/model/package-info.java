/**
 * Model directory in, vectors out. Knows TensorFlow and the tokenizer library; knows neither Flink
 * nor Kafka.
 *
 * <p>The way of a text: {@link io.millrace.model.tokenize.Tokenizer} makes token ids of it, {@link
 * io.millrace.model.encode.TokenBatch} pads several of them to one length, {@link
 * io.millrace.model.encode.Encoder} runs the graph (architecture, pooling, normalisation) and hands
 * back one vector a row.
 */
@NullMarked
package io.millrace.model;

import org.jspecify.annotations.NullMarked;
