/**
 * Returns a new element. Text becomes text and never markup, whoever wrote it.
 *
 * @param name name of the element, with classes behind dots
 * @param properties properties of the element; those that begin with "aria" or "role" become attributes
 * @param children elements and texts
 */
export function element(name, properties = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length > 0) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("aria") || key === "role") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

/** Returns a button that does something when it is pressed. */
export function button(name, text, action, label = text) {
  return element(`button.${name}`, { type: "button", textContent: text, onclick: action, "aria-label": label });
}

/**
 * Returns a button with a drawing.
 *
 * @param path path of the drawing, 16 units wide and high
 * @param label name of the button
 */
export function icon(path, label, action) {
  const shape = drawn("path", { d: path });
  const drawing = drawn("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, shape);
  return element("button.quiet.icon", { type: "button", title: label, onclick: action, "aria-label": label }, drawing);
}

/** Returns a new element of a drawing. */
export function drawn(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
