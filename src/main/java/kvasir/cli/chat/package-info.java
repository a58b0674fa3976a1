/**
 * Conversations in the terminal with a server of the OpenAI API: one that runs already, or one that
 * is started for the conversation alone.
 *
 * <pre>
 *   LineInput (terminal, pipe)  --&gt;  ChatSession  --&gt;  ChatClient  --HTTP--&gt;  server
 *                                       |   ^             |
 *                                 Conversation        AnswerScreen  --&gt;  standard output
 * </pre>
 */
package kvasir.cli.chat;
