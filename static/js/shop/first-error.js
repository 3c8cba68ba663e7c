// A form that came back with errors begins with their summary, also for screen readers.
document.querySelector(".errors[tabindex]")?.focus();
