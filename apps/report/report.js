// Puts the page together: choices of pictures, residuals, snapshots and curves.
const root = document.documentElement;
root.dataset.errors = "0";
const countError = () => { root.dataset.errors = String(Number(root.dataset.errors) + 1); };
window.addEventListener("error", countError);
window.addEventListener("unhandledrejection", countError);

const byId = (id) => document.getElementById(id);
const images = [...document.querySelectorAll("img.picture")];
const input = byId("input");
const amplification = byId("amplification");

// The pixels of an image element; it and the canvas are of this page, so they may be read.
function pixelsOf(image) {
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, canvas.width, canvas.height);
}

function drawResidual(result, context) {
    const from = pixelsOf(input), to = pixelsOf(result), factor = Number(amplification.value);
    for (let i = 0; i < from.data.length; i += 4) {
        for (let c = i; c < i + 3; ++c) from.data[c] = 128 + factor * (from.data[c] - to.data[c]);
    }
    context.putImageData(from, 0, 0);
}

function drawImage(image, context, width, height) {
    // The input of an enlargement shows its pixels as they are; reduced snapshots are smoothed.
    context.imageSmoothingEnabled = image.dataset.kind === "snapshot";
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, width, height);
}

// Everything that can be shown: id -> { name, group, image, draw }.
const choices = new Map();
for (const image of images) {
    const group = image.dataset.kind === "snapshot" ? "Snapshots" : "Images";
    choices.set(image.id, {
        name: () => image.alt, group, image, draw: (...canvas) => drawImage(image, ...canvas),
    });
}
const stage = byId("stage");
const isFull = (image) => image.getAttribute("width") === stage.dataset.width &&
                          image.getAttribute("height") === stage.dataset.height;
for (const image of images) {
    if (image.dataset.kind !== "result" || !isFull(image) || !isFull(input)) continue;
    choices.set(`residual-${image.dataset.entry}`, {
        name: () => `Residual of ${image.alt}, × ${amplification.value}`, group: "Residuals", image,
        draw: (context) => drawResidual(image, context),
    });
}
const hasResiduals = [...choices.values()].some((choice) => choice.group === "Residuals");
byId("amplify").hidden = !hasResiduals;

const viewer = makeViewer(stage, byId("divider"), byId("zoom-level"));
const selects = [byId("left"), byId("right")];
for (const select of selects) {
    for (const group of ["Images", "Residuals", "Snapshots"]) {
        const members = [...choices].filter(([, choice]) => choice.group === group);
        if (members.length === 0) continue;
        const list = document.createElement("optgroup");
        list.label = group;
        for (const [id, choice] of members) {
            const name = group === "Residuals" ? `Residual of ${choice.image.alt}` : choice.name();
            list.append(new Option(name, id));
        }
        select.append(list);
    }
}

const shown = ["", ""];
async function show(side, id) {
    shown[side] = id;
    selects[side].value = id;
    for (const button of document.querySelectorAll("button[data-picture]")) {
        button.setAttribute("aria-pressed", String(shown.includes(button.dataset.picture)));
    }
    amplification.disabled = !shown.some((one) => one.startsWith("residual-"));
    const choice = choices.get(id);
    await Promise.all([choice.image.decode(), input.decode()]);
    // Another choice may have been made while this one was being decoded.
    if (shown[side] === id) viewer.show(side, choice.name(), choice.draw);
}

selects.forEach((select, side) => select.addEventListener("change", () => show(side, select.value)));
byId("swap").addEventListener("click", () => {
    const [left, right] = shown;
    show(0, right);
    show(1, left);
});
amplification.addEventListener("change", () => shown.forEach((id, side) => show(side, id)));
for (const button of document.querySelectorAll("button[data-picture]")) {
    button.addEventListener("click", () => show(1, button.dataset.picture));
}
byId("zoom-in").addEventListener("click", viewer.zoomIn);
byId("zoom-out").addEventListener("click", viewer.zoomOut);
byId("zoom-one").addEventListener("click", viewer.zoomOne);
byId("zoom-fit").addEventListener("click", viewer.fit);

// Curves: one colour a method, one dash pattern a quantity.
const curves = JSON.parse(byId("curves").textContent);
const logSteps = byId("log-steps");
const colourOf = (entry) => `var(--series-${entry % 6})`;
const decibels = (value) => `${value.toFixed(2)} dB`;

function seriesOf(quantities, show) {
    return curves.flatMap((curve, entry) => quantities.map(([key, label, dash, best]) => {
        const values = curve[key];
        const name = label === "" ? curve.method : `${curve.method}, ${label}`;
        const top = values.reduce((at, value, i) => (value !== null && (at < 0 || value > values[at]) ? i : at), -1);
        const legend = best && top >= 0 ? `${name}: best ${show(values[top])} at step ${curve.steps[top]}` : name;
        return { name, legend, colour: colourOf(entry), dash, steps: curve.steps, values, show };
    })).filter((one) => one.values.some((value) => value !== null));
}

const marks = curves.map((curve, entry) => ({ step: curve.result_step, colour: colourOf(entry) }))
    .filter((mark) => mark.step > 0);
byId("marks-hint").hidden = marks.length === 0;
const redraws = [];
function addPlot(id, title, unit, isLog, series) {
    if (series.length === 0) byId(id).hidden = true;
    else redraws.push(makePlot(byId(id), title, unit, isLog, series, marks, () => logSteps.checked));
}
if (!byId("plots").hidden) {
    addPlot("plot-loss", "Loss", "loss", true, seriesOf([["loss", "", "none", false]], (value) => value.toPrecision(4)));
    // Next to the truth, the average's distance to the input says little more than the output's.
    const hasTruth = curves.some((curve) => curve.psnr_true.some((value) => value !== null));
    addPlot("plot-psnr", "PSNR", "dB", false, seriesOf([
        ["psnr_true", "to the truth", "none", true], ["psnr_average_true", "average to the truth", "7 3", true],
        ["psnr_noisy", "to the input", "1.5 3", false],
        ...(hasTruth ? [] : [["psnr_average_noisy", "average to the input", "7 3 1.5 3", false]]),
    ], decibels));
    logSteps.addEventListener("change", () => redraws.forEach((redraw) => redraw()));
}

Promise.all([show(0, "input"), show(1, "result-0")]).then(() => { root.dataset.ready = "1"; });
