/** Element types and views of memory. Imports nothing of the project. */
package kvasir.tensor;
