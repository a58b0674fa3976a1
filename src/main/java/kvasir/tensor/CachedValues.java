package kvasir.tensor;

/**
 * View of the values of one head in a block of a KV cache, {@code [tokens, head_dim]}, in panels of
 * 32 elements: element after element ({@link Panels}), or as bytes with scales ({@link
 * ScaledRows}). Tokens are its inputs, elements its outputs.
 */
public sealed interface CachedValues extends PanelMatrix permits Panels, ScaledRows {}
