/** Documents of invented towns, and questions on them: what the demo model reads and recalls. */
package kvasir.lab.recall;
