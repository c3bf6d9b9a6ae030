// Curves over steps: axes, a legend and a read-out that follows the pointer or the arrow keys.
const kPlotHeight = 300;
const kMargin = { left: 56, right: 12, top: 10, bottom: 40 };

function svgElement(name, attributes, parent) {
    const element = document.createElementNS(document.getElementById("svg").namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.append(element);
    return element;
}

function htmlElement(name, className, text, parent) {
    const element = document.createElement(name);
    element.className = className;
    element.textContent = text;
    parent.append(element);
    return element;
}

// Round numbers that divide low..high into about `count` parts.
function linearTicks(low, high, count) {
    const rough = (high - low) / count;
    const power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
    const ticks = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i) ticks.push(i * step);
    return ticks;
}

// Powers of ten, with 2 and 5 or all digits between them where the range is short.
function logTicks(low, high) {
    for (const digits of [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
        const ticks = [];
        for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); ++power) {
            for (const digit of digits) {
                const tick = digit * Math.pow(10, power);
                if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
            }
        }
        if (ticks.length >= 3) return ticks;
    }
    return linearTicks(low, high, 4);
}

const shortNumber = (value) => {
    if (value === 0) return "0";
    return Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6 ? value.toExponential(1).replace(".0e", "e")
                                                            : String(Number(value.toPrecision(4)));
};

// From `low` at `from` to `high` at `to`, in screen pixels; linear ticks about `gap` apart.
function makeAxis(low, high, isLog, from, to, gap) {
    const scale = isLog ? Math.log : (value) => value;
    if (high <= low) [low, high] = isLog ? [low / 1.5, high * 1.5] : [low - 0.5, high + 0.5];
    const first = scale(low), span = scale(high) - first;
    const count = Math.max(2, Math.abs(to - from) / gap);
    return {
        place: (value) => from + (to - from) * (scale(value) - first) / span,
        ticks: isLog ? logTicks(low, high) : linearTicks(low, high, count),
    };
}

// series: [{ name, colour, dash, steps, values }] with null where there is no value; marks: [{ step, colour }].
function makePlot(figure, title, unit, isLog, series, marks, isLogSteps) {
    htmlElement("figcaption", "", title, figure);
    const field = htmlElement("div", "field", "", figure);
    field.tabIndex = 0;
    field.setAttribute("role", "group");
    field.setAttribute("aria-label", `${title}. Left and right arrow keys read values.`);
    const svg = svgElement("svg", { role: "img", "aria-label": title }, field);
    const readout = htmlElement("div", "readout", "", field);
    readout.setAttribute("aria-live", "polite");
    readout.hidden = true;
    const legend = htmlElement("ul", "legend", "", figure);
    for (const one of series) {
        const item = htmlElement("li", "", "", legend);
        const key = svgElement("svg", { "aria-hidden": "true", viewBox: "0 0 28 10" }, item);
        const line = svgElement("line", { x1: 0, x2: 28, y1: 5, y2: 5, "stroke-width": 2 }, key);
        line.style.stroke = one.colour;
        line.style.strokeDasharray = one.dash;
        htmlElement("span", "", one.legend, item);
    }

    const usable = (step, value) => value !== null && (!isLog || value > 0) && (!isLogSteps() || step > 0);
    const steps = [...new Set(series.flatMap((one) => one.steps))].sort((a, b) => a - b);
    let across = null, cursor = -1, width = 0;

    function draw() {
        width = field.clientWidth;
        svg.replaceChildren();
        svg.setAttribute("viewBox", `0 0 ${width} ${kPlotHeight}`);
        const points = series.flatMap((one) => one.steps.map((step, i) => [step, one.values[i]]))
            .filter(([step, value]) => usable(step, value));
        if (points.length === 0) return;
        const bounds = (index) => points.reduce(
            ([low, high], point) => [Math.min(low, point[index]), Math.max(high, point[index])], [Infinity, -Infinity]);
        const bottom = kPlotHeight - kMargin.bottom, right = width - kMargin.right;
        across = makeAxis(...bounds(0), isLogSteps(), kMargin.left, right, 90);
        const [lowest, highest] = bounds(1);
        const room = isLog ? 0 : 0.04 * (highest - lowest);
        const up = makeAxis(lowest - room, highest + room, isLog, bottom, kMargin.top, 50);
        for (const tick of up.ticks) {
            const y = up.place(tick);
            svgElement("line", { class: "grid", x1: kMargin.left, x2: right, y1: y, y2: y }, svg);
            svgElement("text", { x: kMargin.left - 6, y: y + 4, "text-anchor": "end" }, svg).textContent =
                shortNumber(tick);
        }
        for (const tick of across.ticks) {
            const x = across.place(tick);
            svgElement("line", { class: "grid", x1: x, x2: x, y1: kMargin.top, y2: bottom }, svg);
            svgElement("text", { x, y: bottom + 16, "text-anchor": x > right - 15 ? "end" : "middle" }, svg)
                .textContent = shortNumber(tick);
        }
        svgElement("text", { x: (kMargin.left + right) / 2, y: kPlotHeight - 6, "text-anchor": "middle" }, svg)
            .textContent = "step";
        const middle = (kMargin.top + bottom) / 2;
        svgElement("text", { x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})` }, svg)
            .textContent = unit;
        for (const mark of marks) {
            const x = Math.min(right, across.place(mark.step));
            const line = svgElement("line", { class: "result", x1: x, x2: x, y1: kMargin.top, y2: bottom }, svg);
            line.style.stroke = mark.colour;
        }
        for (const one of series) {
            let path = "", gap = true;
            one.steps.forEach((step, i) => {
                if (!usable(step, one.values[i])) {
                    gap = true;
                    return;
                }
                path += `${gap ? "M" : "L"}${across.place(step).toFixed(1)} ${up.place(one.values[i]).toFixed(1)}`;
                gap = false;
            });
            const curve = svgElement("path", { class: "curve", d: path }, svg);
            curve.style.stroke = one.colour;
            curve.style.strokeDasharray = one.dash;
        }
        read(-1);
    }

    // Show the values at steps[index]; -1: nothing.
    function read(index) {
        cursor = index;
        svg.querySelector(".cursor")?.remove();
        readout.hidden = index < 0 || across === null || (isLogSteps() && steps[index] <= 0);
        if (readout.hidden) return;
        const x = across.place(steps[index]);
        svgElement("line", { class: "cursor", x1: x, x2: x, y1: kMargin.top, y2: kPlotHeight - kMargin.bottom }, svg);
        readout.replaceChildren();
        htmlElement("div", "", `step ${steps[index]}`, readout);
        for (const one of series) {
            const at = one.steps.indexOf(steps[index]);
            if (at < 0 || one.values[at] === null) continue;
            const line = htmlElement("div", "", `${one.name}: ${one.show(one.values[at])}`, readout);
            line.style.color = one.colour;
        }
        readout.style.left = x < width / 2 ? `${x + 10}px` : "auto";
        readout.style.right = x < width / 2 ? "auto" : `${width - x + 10}px`;
    }

    field.addEventListener("pointermove", (event) => {
        if (across === null) return;
        const x = event.clientX - svg.getBoundingClientRect().left;
        const distance = (step) => Math.abs(across.place(step) - x);
        let best = -1;
        steps.forEach((step, i) => {
            if (isLogSteps() && step <= 0) return;
            if (best < 0 || distance(step) < distance(steps[best])) best = i;
        });
        read(best);
    });
    field.addEventListener("pointerleave", () => read(-1));
    field.addEventListener("blur", () => read(-1));
    field.addEventListener("keydown", (event) => {
        const stride = event.shiftKey ? 10 : 1;
        const places = { ArrowLeft: cursor - stride, ArrowRight: cursor + stride, Home: 0, End: steps.length - 1 };
        if (!(event.key in places)) return;
        event.preventDefault();
        const first = isLogSteps() ? steps.findIndex((step) => step > 0) : 0;
        read(Math.max(first, Math.min(steps.length - 1, places[event.key])));
    });
    new ResizeObserver(() => {
        if (field.clientWidth !== width) draw();
    }).observe(field);
    draw();
    return draw;
}
