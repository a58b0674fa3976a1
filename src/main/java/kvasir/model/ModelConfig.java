package kvasir.model;

import java.util.List;

/**
 * What config.json says of a decoder, checked.
 *
 * @param headDim elements of one head, apart from {@code hiddenSize / heads}
 * @param qkNorm RMS norm of each query and key head before rotation (Qwen3)
 * @param eosTokens ids that end a sequence, from generation_config.json where it has them
 */
public record ModelConfig(
    String architecture,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int vocabulary,
    int maxPositions,
    float rmsNormEpsilon,
    boolean qkNorm,
    boolean qkvBias,
    boolean outputBias,
    boolean mlpBias,
    boolean tiedOutput,
    RopeConfig rope,
    List<Integer> eosTokens) {}
