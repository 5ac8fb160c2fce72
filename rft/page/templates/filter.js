(function () {
  "use strict";
  const form = document.getElementById("filter");
  if (!form) return;
  const tasks = Array.from(document.querySelectorAll("details.task"));
  const words = document.getElementById("words");
  const category = document.getElementById("category");
  const state = document.getElementById("state");
  const count = document.getElementById("count");
  function matches(task) {
    const wanted = words.value.trim().toLowerCase();
    const text = task.dataset.id + " " + task.querySelector(".prompt").textContent;
    return (!category.value || task.dataset.category === category.value)
      && (!state.value || task.dataset.state === state.value)
      && (!wanted || text.toLowerCase().includes(wanted));
  }
  function filter() {
    let shown = 0;
    for (const task of tasks) {
      task.hidden = !matches(task);
      if (!task.hidden) shown += 1;
    }
    count.textContent = shown + " of " + tasks.length + " tasks";
  }
  form.addEventListener("input", filter);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.hidden = false;
  filter();
})();
