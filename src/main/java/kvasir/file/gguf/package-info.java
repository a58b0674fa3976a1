/**
 * Container format GGUF: metadata and a directory of tensors in one file or in several parts. Knows
 * nothing of models. Files may be hostile: nothing is allocated by a number that the rest of the
 * file cannot hold, and each refusal names the file and the key or tensor.
 *
 * <pre>
 *   GgufFile      one file: GgufMetadata, GgufTensor by name
 *   GgufModel     all parts of a model; data of a tensor as mapped memory
 * </pre>
 */
package kvasir.file.gguf;
