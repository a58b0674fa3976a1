/**
 * Model weights as named {@link kvasir.tensor.Matrix} views of mapped safetensors or GGUF files.
 * Files may be hostile: a header is used only after every offset in it has been checked.
 *
 * <pre>
 *   model.safetensors             length of the header | header, JSON | data of all tensors
 *   model.safetensors.index.json  tensor -> file, where there are several
 *   Checkpoint                    all files of a model; tensors by name
 * </pre>
 */
package kvasir.weights;
