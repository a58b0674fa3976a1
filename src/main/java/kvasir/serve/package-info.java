/**
 * HTTP server of the OpenAI API over an engine.
 *
 * <pre>
 *   HttpListener    sockets, limits of time and size        the only user of the HTTP library
 *     ApiService    access, routes, errors                  one virtual thread for each connection
 *       Endpoint    reads a request, and has an AnswerRun answer it
 *         AnswerRun   events of the engine -&gt; ChoiceText -&gt; AnswerWriter, whole or as a stream
 *                     AnswerForm: JSON of one endpoint
 * </pre>
 */
package kvasir.serve;
