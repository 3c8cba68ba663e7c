// Asks before typed words that are not saved are left: by a link, another form or a closed window.
// Words that the server wrote are saved, but for those of a form that came back with errors. Ticks
// are no words. Without script nothing is asked.
{
  const WORDS =
    "textarea, select, input:is(:not([type]), [type=text], [type=email], [type=tel], [type=url], " +
    "[type=number], [type=date], [type=time], [type=datetime-local])";
  const main = document.querySelector("main");
  const refused = [...(main?.querySelectorAll("form:has([aria-invalid=true])") ?? [])];
  const touched = new Set(refused);

  const before = (field) => {
    if (!field.options) return field.defaultValue;
    const options = [...field.options];
    return (options.find((one) => one.defaultSelected) ?? options[0])?.value;
  };
  const isUnsaved = (form) =>
    refused.includes(form) ||
    [...form.elements].some((field) => field.matches(WORDS) && field.value !== before(field));

  main?.addEventListener("input", ({ target }) => {
    if (target.form?.method === "post" && target.matches(WORDS)) touched.add(target.form);
  });
  addEventListener("submit", ({ target }) => touched.delete(target));
  addEventListener("beforeunload", (event) => {
    if ([...touched].some((form) => form.isConnected && isUnsaved(form))) event.preventDefault();
  });
}
