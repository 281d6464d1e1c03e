/* Behaviour of the pages: search key, copying, confirmation, pictures, errors of panels. Everything is delegated from
   the document, so parts that HTMX brings in later behave alike. Written for Chromium 86. */
(function () {
  "use strict";

  const echartsAddress = document.currentScript.dataset.echarts;
  const nonce = document.currentScript.nonce;
  const text = (name) => document.body.dataset["text" + name] || "";

  // --- Messages at the edge -------------------------------------------------------------------------------------
  function toast(words, wrong) {
    const box = document.createElement("div");
    box.textContent = words;
    if (wrong) box.className = "wrong";
    document.getElementById("toasts").appendChild(box);
    setTimeout(() => box.remove(), wrong ? 8000 : 2500);
  }

  // --- Search key -----------------------------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.target;
    if (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
    const box = document.querySelector("[data-search-main]") || document.querySelector("[data-search]");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  // --- Copying --------------------------------------------------------------------------------------------------
  async function copy(words) {
    if (navigator.clipboard) return navigator.clipboard.writeText(words);
    // Plain http on another host than localhost has no clipboard interface.
    const area = document.createElement("textarea");
    area.value = words;
    area.className = "visually-hidden";
    document.body.appendChild(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("copy");
  }

  // --- Confirmation ---------------------------------------------------------------------------------------------
  const dialog = document.getElementById("confirm");
  function ask(words, then) {
    if (!dialog || !dialog.showModal) {
      if (window.confirm(words)) then();
      return;
    }
    document.getElementById("confirm-text").textContent = words;
    dialog.returnValue = "no";
    dialog.onclose = () => { if (dialog.returnValue === "yes") then(); };
    dialog.showModal();
  }
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, () => event.detail.issueRequest(true));
  });

  document.addEventListener("click", (event) => {
    const at = event.target.closest("[data-copy], [data-confirm], [data-print], [data-chart-table], [data-chart-save], [data-chart-csv], [data-reveal]");
    if (!at) return;
    if (at.dataset.copy !== undefined) {
      copy(at.dataset.copy).then(() => toast(text("Copied")), () => toast(text("Failed"), true));
    } else if (at.dataset.confirm !== undefined && !at.dataset.agreed) {
      event.preventDefault();
      ask(at.dataset.confirm, () => {
        at.dataset.agreed = "1";
        at.click();
        delete at.dataset.agreed;
      });
    } else if (at.dataset.print !== undefined) {
      window.print();
    } else if (at.dataset.chartTable !== undefined) {
      showTable(at.closest("[data-chart]"), at.getAttribute("aria-pressed") !== "true");
    } else if (at.dataset.chartSave !== undefined) {
      const chart = window.echarts && window.echarts.getInstanceByDom(at.closest("[data-chart]").querySelector(".chart-canvas"));
      if (!chart) return;
      save(chart.getDataURL({ pixelRatio: 2, backgroundColor: "#fff" }), at.dataset.chartSave + ".png");
    } else if (at.dataset.chartCsv !== undefined) {
      const address = URL.createObjectURL(new Blob([at.dataset.chartCsv], { type: "text/csv" }));
      save(address, at.dataset.chartName + ".csv");
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    } else if (at.dataset.reveal !== undefined) {
      const box = document.getElementById(at.dataset.reveal);
      box.type = box.type === "password" ? "text" : "password";
      at.setAttribute("aria-pressed", String(box.type === "text"));
    }
  });

  function save(address, name) {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  }

  // --- Forms ----------------------------------------------------------------------------------------------------
  const dirty = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.dataset.guard !== undefined) dirty.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    for (const form of dirty) {
      if (form.isConnected) {
        event.preventDefault();
        event.returnValue = text("Unsaved");
        return;
      }
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    dirty.delete(form);
    // Not `form.method`: a field of that name would stand in its place.
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    // A second click while the first is on its way would do the thing twice; the name of the button must still go.
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    });
  });
  document.addEventListener("change", (event) => {
    const at = event.target;
    if (at.dataset.submit !== undefined) {
      at.form.requestSubmit ? at.form.requestSubmit() : at.form.submit();
    } else if (at.dataset.tickAll !== undefined) {
      boxes(at).forEach((box) => { if (!box.disabled) box.checked = at.checked; });
      count(at);
    } else if (at.dataset.tick !== undefined) {
      at.closest("form, table").querySelectorAll("[data-tick-all]").forEach(sum);
      count(at);
    }
  });
  function boxes(all) {
    return Array.from(all.closest("form, table").querySelectorAll("input[type=checkbox][data-tick]"));
  }
  function sum(all) {
    const ticked = boxes(all).filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes(all).length;
    all.indeterminate = ticked > 0 && !all.checked;
  }
  function count(at) {
    const frame = at.closest("form");
    if (!frame) return;
    const ticked = frame.querySelectorAll("input[data-tick]:checked").length;
    frame.querySelectorAll("[data-ticked]").forEach((place) => { place.textContent = ticked; });
    frame.querySelectorAll("[data-needs-ticks]").forEach((button) => { button.disabled = ticked === 0; });
  }

  // --- What was typed and not yet sent ------------------------------------------------------------------------------
  // Kept in this tab only, per person and form, until it is sent or given up: it outlives an error, a time-out and the
  // end of a session, and ends with the tab. Passwords, files and hidden fields are never kept. See
  // docs/decisions/what-was-typed.md.
  const person = document.body.dataset.person || "";
  const KEPT = "jutong-kept:";
  const SENT = "jutong-sent";
  const forms = (root) => (person ? Array.from(root.querySelectorAll("form[data-guard]")) : []);
  const keyOf = (form) => [KEPT + person, location.pathname, form.getAttribute("action") || ""].join(":");
  function keepable(form) {
    return Array.from(form.elements).filter((at) => at.name && at.name !== "csrfmiddlewaretoken"
      && !/^(password|file|hidden|submit|button|reset|image)$/.test(at.type)
      && at.autocomplete !== "off" && at.dataset.neverKept === undefined);
  }
  function typed(form) {
    const found = {};
    keepable(form).forEach((at) => {
      if (/^(checkbox|radio)$/.test(at.type)) found[at.name + "=" + at.value] = at.checked;
      else if (at.type === "select-multiple") found[at.name] = Array.from(at.selectedOptions).map((each) => each.value);
      else found[at.name] = at.value;
    });
    return found;
  }
  function store(name, value) {
    // A browser may have no room left, or be told to keep nothing.
    try {
      if (value === null) sessionStorage.removeItem(name);
      else sessionStorage.setItem(name, value);
    } catch (error) { /* Nothing is kept then. */ }
  }
  function stored(name) {
    try { return sessionStorage.getItem(name); } catch (error) { return null; }
  }
  function forget(begin) {
    try {
      Object.keys(sessionStorage).filter((name) => name.startsWith(begin)).forEach((name) => sessionStorage.removeItem(name));
    } catch (error) { /* Nothing was kept. */ }
  }
  let waiting = 0;
  function keep(event) {
    const form = event.target.form;
    if (!person || !form || form.dataset.guard === undefined) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => store(keyOf(form), JSON.stringify(typed(form))), 300);
  }
  document.addEventListener("input", keep);
  document.addEventListener("change", keep);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (person && form.dataset.guard !== undefined && !event.defaultPrevented) {
      clearTimeout(waiting);
      store(keyOf(form), JSON.stringify(typed(form)));
      store(SENT, keyOf(form));
    } else if (form.dataset.leave !== undefined) {
      forget(KEPT);
    }
  });
  function offer(form, key, kept) {
    const now = typed(form);
    const differs = Object.keys(kept).some((name) => name in now && JSON.stringify(now[name]) !== JSON.stringify(kept[name]));
    if (!differs) return;
    const bar = document.createElement("div");
    bar.className = "notice notice-attention kept-bar";
    bar.setAttribute("role", "status");
    const words = document.createElement("p");
    words.textContent = text("Kept");
    bar.appendChild(words);
    [["KeptRestore", () => restore(form, kept)], ["KeptDiscard", () => store(key, null)]].forEach(([name, act]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm";
      button.textContent = text(name);
      button.addEventListener("click", () => { act(); bar.remove(); });
      bar.appendChild(button);
    });
    form.insertBefore(bar, form.firstChild);
  }
  function restore(form, kept) {
    keepable(form).forEach((at) => {
      if (/^(checkbox|radio)$/.test(at.type)) {
        if (at.name + "=" + at.value in kept) at.checked = kept[at.name + "=" + at.value];
      } else if (at.name in kept) {
        if (at.type === "select-multiple") Array.from(at.options).forEach((each) => { each.selected = kept[at.name].includes(each.value); });
        else at.value = kept[at.name];
      }
    });
    dirty.add(form);
  }
  function bringBack() {
    const sent = stored(SENT);
    store(SENT, null);
    // Nobody is signed in any more: what was sent did not arrive.
    if (!person) return;
    const here = forms(document);
    if (document.querySelector("[data-forget]")) forget(KEPT + person);
    // It went through when the form is gone, or when the page says that it is done.
    if (sent && (!here.some((form) => keyOf(form) === sent) || document.querySelector(".message-list .notice-good"))) store(sent, null);
    here.forEach((form) => {
      const kept = stored(keyOf(form));
      if (kept) offer(form, keyOf(form), JSON.parse(kept));
    });
  }

  function refusal(xhr) {
    const plain = (xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");
    return plain && xhr.responseText.length < 500 ? xhr.responseText : "";
  }

  // --- Panels ---------------------------------------------------------------------------------------------------
  document.addEventListener("htmx:beforeSwap", (event) => {
    // A refusal in words (`ErrorPagesMiddleware`) is told at the edge and not put into the page.
    if (event.detail.xhr.status >= 400 && refusal(event.detail.xhr)) {
      event.detail.shouldSwap = false;
      event.detail.isError = true;
    }
    // A room that has nothing to show here answers so: its place closes.
    if (event.detail.xhr.status === 204 && event.detail.target.classList.contains("slot")) event.detail.target.remove();
    // The session ended: the panel answered with the login page. Go there with the whole page.
    const login = document.body.dataset.login;
    const address = event.detail.xhr.responseURL;
    if (login && address && new URL(address).pathname === login) {
      event.detail.shouldSwap = false;
      window.location.assign(login + "?next=" + encodeURIComponent(location.pathname + location.search));
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    // A bar or a bell that asks by itself does not complain each second.
    if (/every /.test(event.detail.elt.getAttribute("hx-trigger") || "")) return;
    toast(refusal(event.detail.xhr) || text(event.detail.xhr.status === 403 ? "Denied" : "Failed"), true);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (/every /.test(event.detail.elt.getAttribute("hx-trigger") || "")) return;
    toast(text("Offline"), true);
  });

  // --- Pictures -------------------------------------------------------------------------------------------------
  const palette = ["#0b5cad", "#2f9e6b", "#e08e0b", "#7a5cc7", "#c7434f", "#1aa3b8", "#8a9aad", "#b8860b"];
  let loading = null;
  function library() {
    if (window.echarts) return Promise.resolve(window.echarts);
    if (!loading) {
      loading = new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = echartsAddress;
        script.nonce = nonce;
        script.onload = () => done(window.echarts);
        script.onerror = failed;
        document.head.appendChild(script);
      });
    }
    return loading;
  }
  const watcher = window.ResizeObserver && new ResizeObserver((entries) => {
    for (const entry of entries) {
      const chart = window.echarts && window.echarts.getInstanceByDom(entry.target);
      if (chart && entry.contentRect.width) chart.resize();
    }
  });
  function showTable(figure, on) {
    const button = figure.querySelector("[data-chart-table]");
    if (button) button.setAttribute("aria-pressed", String(on));
    figure.querySelector(".chart-table").hidden = !on;
    figure.querySelector(".chart-canvas").hidden = on;
  }
  function draw(root) {
    const figures = root.querySelectorAll("[data-chart]:not([data-drawn])");
    if (!figures.length) return;
    library().then((echarts) => figures.forEach((figure) => {
      if (figure.dataset.drawn || !figure.isConnected) return;
      figure.dataset.drawn = "1";
      const place = figure.querySelector(".chart-canvas");
      const base = getComputedStyle(document.body);
      const option = JSON.parse(figure.dataset.chart);
      option.color = option.color || palette;
      option.textStyle = Object.assign({ fontFamily: base.fontFamily, fontSize: parseFloat(base.fontSize) * 0.86 }, option.textStyle);
      option.animationDuration = option.animationDuration || 500;
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) option.animation = false;
      // Tooltips as HTML would need inline styles, which the page's policy refuses.
      if (option.tooltip) option.tooltip = Object.assign({ confine: true }, option.tooltip, { renderMode: "richText" });
      const chart = echarts.init(place, null, { renderer: "canvas" });
      chart.setOption(option);
      chart.on("click", (point) => { if (point.data && point.data.url) location.assign(point.data.url); });
      if (watcher) watcher.observe(place);
    }), () => figures.forEach((figure) => showTable(figure, true)));
  }
  function complete(root) {
    root.querySelectorAll("[data-tick-all]").forEach(sum);
    draw(root);
  }
  document.addEventListener("DOMContentLoaded", () => { complete(document); bringBack(); });
  document.addEventListener("htmx:load", (event) => complete(event.detail.elt.parentNode || document));
})();
