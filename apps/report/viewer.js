// Two pictures under a divider, zoomed and moved together.
function makeViewer(stage, divider, zoomLevel) {
    const width = Number(stage.dataset.width), height = Number(stage.dataset.height);
    const layers = [...stage.querySelectorAll(".layer")];
    const canvases = layers.map((layer) => layer.querySelector("canvas"));
    const tags = [stage.querySelector(".tag-left"), stage.querySelector(".tag-right")];
    const kLargestZoom = 32;
    // Screen pixels per image pixel, the image point in the middle of the stage, the divider's place between the
    // picture's left and right edge as far as they are in view.
    let zoom = 1, middleX = width / 2, middleY = height / 2, split = 0.5;
    let fitted = true;
    let edges = [0, 1];
    const names = ["", ""];

    // Small pictures grow by whole factors only, so that all their pixels are squares of one size.
    const fitZoom = () => {
        const fit = Math.min(stage.clientWidth / width, stage.clientHeight / height);
        return fit < 1 ? fit : Math.floor(fit);
    };
    const smallestZoom = () => Math.min(fitZoom(), 1);
    const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

    function layout() {
        const across = stage.clientWidth, down = stage.clientHeight;
        if (fitted) {
            zoom = fitZoom();
            middleX = width / 2;
            middleY = height / 2;
        }
        // No picture may leave the stage further than its own edge.
        const reachX = Math.min(across / zoom / 2, width / 2), reachY = Math.min(down / zoom / 2, height / 2);
        middleX = clamp(middleX, reachX, width - reachX);
        middleY = clamp(middleY, reachY, height - reachY);
        const left = across / 2 - middleX * zoom, top = down / 2 - middleY * zoom;
        // Whole screen pixels keep enlarged image pixels sharp.
        const place = `translate(${Math.round(left)}px, ${Math.round(top)}px) scale(${zoom})`;
        for (const canvas of canvases) canvas.style.transform = place;
        edges = [Math.max(0, left), Math.min(across, left + width * zoom)];
        const line = edges[0] + split * (edges[1] - edges[0]);
        layers[0].style.clipPath = `inset(0 ${across - line}px 0 0)`;
        layers[1].style.clipPath = `inset(0 0 0 ${line}px)`;
        divider.style.left = `${line}px`;
        const percent = Math.round(100 * split);
        divider.setAttribute("aria-valuenow", percent);
        divider.setAttribute("aria-valuetext", `${percent} %: ${names[0]} on the left, ${names[1]} on the right`);
        stage.classList.toggle("pixels", zoom > 1);
        stage.classList.toggle("pannable", canPan());
        zoomLevel.textContent = `${Math.round(zoom * 100)} %`;
    }
    const canPan = () => width * zoom > stage.clientWidth + 1 || height * zoom > stage.clientHeight + 1;

    // Zoom so that the image point under (x, y), measured on the stage, stays there. False at the end of the range.
    function zoomTo(wanted, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
        const next = clamp(wanted, smallestZoom(), kLargestZoom);
        if (Math.abs(next / zoom - 1) < 1e-6) return false;
        middleX += (x - stage.clientWidth / 2) * (1 / zoom - 1 / next);
        middleY += (y - stage.clientHeight / 2) * (1 / zoom - 1 / next);
        zoom = next;
        fitted = false;
        layout();
        return true;
    }
    function fit() {
        fitted = true;
        layout();
    }
    function pan(dx, dy) {
        middleX -= dx / zoom;
        middleY -= dy / zoom;
        fitted = false;
        layout();
    }
    function splitAt(share) {
        split = clamp(share, 0, 1);
        layout();
    }
    const splitUnder = (x) => splitAt((x - edges[0]) / (edges[1] - edges[0]));

    const onStage = (event) => {
        const box = stage.getBoundingClientRect();
        return [event.clientX - box.left, event.clientY - box.top];
    };

    // The divider, by mouse, finger and key.
    divider.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        event.stopPropagation();
        event.preventDefault();
        divider.focus({ preventScroll: true });
        divider.setPointerCapture(event.pointerId);
    });
    divider.addEventListener("pointermove", (event) => {
        if (divider.hasPointerCapture(event.pointerId)) splitUnder(onStage(event)[0]);
    });
    divider.addEventListener("keydown", (event) => {
        const now = Number(divider.getAttribute("aria-valuenow")) / 100;
        const step = event.shiftKey ? 0.1 : 0.02;
        const places = {
            ArrowLeft: now - step, ArrowDown: now - step, ArrowRight: now + step, ArrowUp: now + step,
            PageDown: now - 0.1, PageUp: now + 0.1, Home: 0, End: 1,
        };
        if (!(event.key in places)) return;
        event.preventDefault();
        event.stopPropagation();
        splitAt(places[event.key]);
    });

    // The stage: one pointer moves the picture, or the divider while the whole picture is in view; two pointers zoom.
    const pointers = new Map();
    stage.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        pointers.set(event.pointerId, onStage(event));
        stage.setPointerCapture(event.pointerId);
        stage.classList.add("dragging");
        if (pointers.size === 1 && !canPan()) splitUnder(onStage(event)[0]);
    });
    stage.addEventListener("pointermove", (event) => {
        const before = pointers.get(event.pointerId);
        if (before === undefined) return;
        const now = onStage(event);
        if (pointers.size === 2) {
            const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
            const distance = (a) => Math.max(1, Math.hypot(a[0] - other[0], a[1] - other[1]));
            zoomTo(zoom * distance(now) / distance(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
            pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
        } else if (canPan()) {
            pan(now[0] - before[0], now[1] - before[1]);
        } else {
            splitUnder(now[0]);
        }
        pointers.set(event.pointerId, now);
    });
    for (const end of ["pointerup", "pointercancel"]) {
        stage.addEventListener(end, (event) => {
            pointers.delete(event.pointerId);
            if (pointers.size === 0) stage.classList.remove("dragging");
        });
    }
    stage.addEventListener("wheel", (event) => {
        const lines = event.deltaMode === 0 ? event.deltaY / 100 : event.deltaY / 3;
        // At the end of the range the wheel scrolls the page again.
        if (zoomTo(zoom * Math.pow(1.25, -clamp(lines, -4, 4)), ...onStage(event))) event.preventDefault();
    }, { passive: false });
    stage.addEventListener("keydown", (event) => {
        const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "+" || event.key === "=") zoomTo(zoom * 1.5);
        else if (event.key === "-") zoomTo(zoom / 1.5);
        else if (event.key === "0") fit();
        else if (event.key in moves && canPan()) pan(...moves[event.key]);
        else return;
        event.preventDefault();
    });
    new ResizeObserver(layout).observe(stage);
    layout();

    return {
        zoomIn: () => zoomTo(zoom * 1.5), zoomOut: () => zoomTo(zoom / 1.5), zoomOne: () => zoomTo(1), fit,
        // side: 0 left, 1 right. `draw` paints into a context of the pictures' size.
        show(side, name, draw) {
            names[side] = name;
            tags[side].textContent = name;
            canvases[side].setAttribute("aria-label", name);
            const context = canvases[side].getContext("2d");
            context.clearRect(0, 0, width, height);
            draw(context, width, height);
            layout();
        },
    };
}
