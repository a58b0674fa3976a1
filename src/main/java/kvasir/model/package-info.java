/**
 * Decoder of Qwen3, Qwen2 and Llama models, with its configuration and its weights in Hugging
 * Face's layout.
 *
 * <pre>
 *   config.json        -> ConfigReader -> ModelConfig
 *   model.safetensors  -> Checkpoint -> ModelTensors -> ModelWeights: a rank's slices, in panels
 *
 *   Decoder, for each layer:
 *     norm -> query, key, value -> rotate, append to the cache -> attention -> output -> + residual
 *     norm -> gate, up, SwiGLU -> down -> + residual
 * </pre>
 */
package kvasir.model;
