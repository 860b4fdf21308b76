"use strict";
/* Niceties only: the pages work without this file. */
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

for (const sheet of document.querySelectorAll(".sheet")) {
  const slides = sheet.querySelector(".slides");
  const figures = [...slides.children];
  const dots = [...sheet.querySelectorAll(".dots a")];
  const show = (number) => slides.scrollTo({ left: number * slides.clientWidth, behavior: calm ? "auto" : "smooth" });
  slides.addEventListener("scroll", () => {
    const at = Math.round(slides.scrollLeft / slides.clientWidth);
    dots.forEach((dot, number) => (number === at ? dot.setAttribute("aria-current", "true") : dot.removeAttribute("aria-current")));
  }, { passive: true });
  sheet.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#item-']");
    if (!link) return;
    event.preventDefault();
    show(figures.findIndex((figure) => `#${figure.id}` === link.getAttribute("href")));
  });
}

const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting || calm) target.pause();
    else target.play().catch(() => {});
  }
}, { threshold: 0.4 });
document.querySelectorAll("video[data-plays]").forEach((video) => watcher.observe(video));
