// Elements. All text comes in as text: nothing of a report is ever read as HTML.

type Child = Node | string | null | undefined;

/** An element with attributes and children; strings become text. */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child): child is Node | string => child !== null && child !== undefined));
  return made;
}

/** A button that does something. */
export function button(label: string, act: () => void, attributes: Record<string, string> = {}): HTMLButtonElement {
  const made = el("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

let choices = 0;

/** One choice of a few, all of them visible; `act` hears of each change. */
export function choice<Value extends string>(
  legend: string,
  options: readonly (readonly [Value, string])[],
  act: (value: Value) => void,
): HTMLFieldSetElement {
  choices += 1;
  const name = `choice-${choices}`;
  const labels = options.map(([value, label], i) => {
    const input = el("input", { type: "radio", name, value, ...(i === 0 && { checked: "" }) });
    input.addEventListener("change", () => act(value));
    return el("label", {}, input, el("span", {}, label));
  });
  return el("fieldset", {}, el("legend", {}, legend), ...labels);
}
