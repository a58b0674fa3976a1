package kvasir.model;

import java.util.List;

/**
 * Configuration of a decoder, as read from config.json and checked.
 *
 * @param architecture name of the architecture by Hugging Face
 * @param hiddenSize elements of a hidden state
 * @param intermediateSize elements between the two halves of a feed-forward layer
 * @param layers number of decoder layers
 * @param heads number of query heads, a multiple of {@code kvHeads}
 * @param kvHeads number of key-value heads
 * @param headDim elements of one head; need not be {@code hiddenSize / heads}
 * @param vocabulary number of tokens of the vocabulary
 * @param maxPositions longest sequence in tokens
 * @param rmsNormEpsilon addend to the mean square in a norm
 * @param qkNorm whether each query and key head has an RMS norm before rotation (Qwen3)
 * @param qkvBias whether query, key and value projections have a bias
 * @param outputBias whether the output projection of attention has a bias
 * @param mlpBias whether feed-forward layers have a bias
 * @param tiedOutput whether the output layer shares the weights of the embedding
 * @param rope scaling of rotary positions
 * @param eosTokens ids that end a sequence, from generation_config.json if it has them
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
