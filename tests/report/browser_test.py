"""browser_test.py WRITE_FAKE_REPORT FOLDER: the report's page in a real browser. Screenshots stay in FOLDER."""
import os
import socket
import subprocess
import sys
import time

import browser

WIDE, HIGH = 1280, 900
STAGE = "(() => { const b = document.getElementById('stage').getBoundingClientRect();" \
        " return [b.left, b.top, b.width, b.height]; })()"
DIVIDER = "Number(document.getElementById('divider').getAttribute('aria-valuenow'))"
LINE = "parseFloat(document.getElementById('divider').style.left)"
ZOOM = "parseInt(document.getElementById('zoom-level').textContent)"
PIXEL = "[...document.querySelectorAll('#stage canvas')[%d].getContext('2d').getImageData(%d, %d, 1, 1).data]"
PICTURE = "(() => { const c = document.createElement('canvas'), i = document.getElementById('%s');" \
          " c.width = i.naturalWidth; c.height = i.naturalHeight; const x = c.getContext('2d'); x.drawImage(i, 0, 0);" \
          " return [...x.getImageData(%d, %d, 1, 1).data]; })()"
# Elements whose text is too faint on what is behind it (WCAG 2, AA for small text).
FAINT = """(() => {
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
        .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const rgba = numbers(getComputedStyle(e).backgroundColor);
            if (rgba.length === 3 || rgba[3] === 1) return rgba;
        }
        return [255, 255, 255];
    };
    const texts = [...document.querySelectorAll('h1, h2, h3, dt, dd, p, label, button, select, th, td, text, li span')];
    return texts.filter((e) => e.textContent.trim() && e.getClientRects().length && !e.closest('.tag, :disabled'))
        .filter((e) => {
            const style = getComputedStyle(e);
            const [a, b] = [e.namespaceURI.endsWith('svg') ? style.fill : style.color].map(numbers)
                .concat([behind(e)]).map(light);
            return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
        }).map((e) => e.outerHTML.slice(0, 80));
})()"""


def click(page, selector):
    page.evaluate("document.querySelector(%r).scrollIntoView({ block: 'center' })" % selector)
    x, y = page.evaluate("(() => { const b = document.querySelector(%r).getBoundingClientRect();"
                         " return [b.left + b.width / 2, b.top + b.height / 2]; })()" % selector)
    page.drag((x, y), (x, y))


def choose(page, side, value):
    page.evaluate("(() => { const s = document.getElementById(%r); s.value = %r;"
                  " s.dispatchEvent(new Event('change')); })()" % (side, value))


def is_quiet(page, path):
    """Nothing went wrong, and nothing but the page itself was asked for."""
    assert page.errors == [], page.errors
    assert page.evaluate("document.documentElement.dataset.errors") == "0"
    strangers = [url for url in page.requests if not url.startswith("data:") and not url.endswith(path)]
    assert strangers == [], strangers


def check_divider(page):
    left, top, width, height = page.evaluate(STAGE)
    middle = top + height / 2
    assert page.evaluate(DIVIDER) == 50
    page.drag((left + width / 2, middle), (left + 0.7 * width, middle))
    assert abs(page.evaluate(LINE) - 0.7 * width) <= 1, page.evaluate(LINE)
    assert 70 <= page.evaluate(DIVIDER) <= 85, page.evaluate(DIVIDER)
    clips = page.evaluate("[...document.querySelectorAll('.layer')].map((l) => l.style.clipPath)")
    assert clips[0] != clips[1] and all("inset" in clip for clip in clips), clips
    page.drag((left + 0.3 * width, middle), (left + 0.3 * width, middle))  # anywhere on the stage
    assert abs(page.evaluate(LINE) - 0.3 * width) <= 1, page.evaluate(LINE)
    page.evaluate("document.getElementById('divider').focus()")
    before = page.evaluate(DIVIDER)
    page.key("ArrowRight")
    assert abs(page.evaluate(DIVIDER) - before - 2) <= 1
    page.key("End")
    assert page.evaluate(DIVIDER) == 100
    page.key("Home")
    assert page.evaluate(DIVIDER) == 0


def check_zoom(page):
    left, top, width, height = page.evaluate(STAGE)
    fit = page.evaluate(ZOOM)
    place = "document.querySelector('#stage canvas').style.transform"
    page.wheel(left + width / 4, top + height / 4, -300)
    page.wait_for(ZOOM + " > %d" % (1.5 * fit))
    before = page.evaluate(place)
    page.drag((left + width / 4, top + height / 4), (left + width / 4 - 40, top + height / 4 - 30))
    after = page.evaluate(place)
    moved = [float(b) - float(a) for a, b in zip(*[t[t.find("(") + 1:].split("px")[0:1] for t in (before, after)])]
    assert moved == [-40], (before, after)
    click(page, "#zoom-one")
    assert page.evaluate(ZOOM) == 100
    click(page, "#zoom-in")
    assert page.evaluate(ZOOM) == 150
    click(page, "#zoom-out")
    click(page, "#zoom-fit")
    assert page.evaluate(ZOOM) == fit


def check_pictures(page):
    for x, y in ((3, 5), (240, 160), (470, 310)):
        assert page.evaluate(PIXEL % (0, x, y)) == page.evaluate(PICTURE % ("input", x, y))
        assert page.evaluate(PIXEL % (1, x, y)) == page.evaluate(PICTURE % ("result-0", x, y))
    click(page, "#swap")
    page.wait_for("document.getElementById('left').value === 'result-0'")
    choose(page, "left", "input")
    choose(page, "right", "residual-1")
    for factor in (4, 16):
        choose(page, "amplification", str(factor))
        page.wait_for("document.querySelector('.tag-right').textContent.includes('× %d')" % factor)
        for x, y in ((3, 5), (240, 160), (470, 310)):
            from_, to = page.evaluate(PICTURE % ("input", x, y)), page.evaluate(PICTURE % ("result-1", x, y))
            wanted = [max(0, min(255, 128 + factor * (a - b))) for a, b in zip(from_[:3], to[:3])]
            assert page.evaluate(PIXEL % (1, x, y))[:3] == wanted
    snapshots = page.evaluate("[...document.querySelectorAll('.strip button')].map((b) => b.dataset.picture)")
    assert len(snapshots) > 20 and "snapshot-1-100" in snapshots, snapshots
    click(page, "button[data-picture='snapshot-1-100']")
    page.wait_for("document.querySelector('.tag-right').textContent === 'dip, step 100'")
    assert page.evaluate("document.querySelectorAll('.strip [aria-pressed=true]').length") == 1
    choose(page, "right", "result-0")


def check_curves(page):
    paths = page.evaluate("['plot-loss', 'plot-psnr'].map((id) => [...document.querySelectorAll(`#${id} path.curve`)]"
                          ".map((p) => (p.getAttribute('d').match(/[ML]/g) || []).length))")
    assert paths[0] == [50, 300, 300], paths
    assert len(paths[1]) == 9 and min(paths[1]) >= 45, paths
    legend = page.evaluate("document.querySelector('#plot-psnr .legend').textContent")
    assert "dip, to the truth: best " in legend and "at step" in legend, legend
    outside = page.evaluate("[...document.querySelectorAll('path.curve')].filter((p) => { const b = p.getBBox();"
                            " return !(b.x >= 0 && b.y >= 0 && b.width > 50 && b.y + b.height <= 300); }).length")
    assert outside == 0
    marks = page.evaluate("[...document.querySelectorAll('#plot-psnr line.result')].map((l) => +l.getAttribute('x1'))")
    right = page.evaluate("document.querySelector('#plot-psnr svg').clientWidth")
    assert len(marks) == 2 and 0.5 * right < marks[0] < 0.65 * right < marks[1] < right, (marks, right)
    linear = page.evaluate("document.querySelector('path.curve').getAttribute('d')")
    click(page, "#log-steps")
    assert page.evaluate("document.querySelector('path.curve').getAttribute('d')") != linear
    assert "NaN" not in page.evaluate("document.querySelector('#plots').innerHTML")
    click(page, "#log-steps")
    x, y = page.evaluate("(() => { const f = document.querySelector('#plot-psnr .field');"
                         " f.scrollIntoView({ block: 'center' }); const b = f.getBoundingClientRect();"
                         " return [b.left + b.width / 2, b.top + b.height / 2]; })()")
    page.mouse("mouseMoved", x, y)
    readout = page.evaluate("document.querySelector('#plot-psnr .readout').textContent")
    assert "step " in readout and "dB" in readout, readout


def check_layout(page, width, name, folder):
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "wider than the window: " + name
    assert page.evaluate(FAINT) == [], page.evaluate(FAINT)
    page.screenshot(os.path.join(folder, name + ".png"))


def check_no_network(page):
    """What a page that was tampered with might try; a listening socket sees that no request comes."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = "http://127.0.0.1:%d/" % listener.getsockname()[1]
    refused = page.evaluate("fetch(%r).then(() => false, () => true)" % address)
    assert refused
    page.evaluate("""(() => {
        for (const [name, key] of [['img', 'src'], ['script', 'src'], ['iframe', 'src'], ['video', 'src']]) {
            const element = document.createElement(name);
            element[key] = %r;
            document.body.append(element);
        }
        const sheet = document.createElement('link');
        sheet.rel = 'stylesheet';
        sheet.href = %r;
        document.head.append(sheet);
        navigator.sendBeacon(%r);
        try { new WebSocket(%r); } catch (error) { /* refused at once */ }
    })()""" % (address, address, address, address.replace("http", "ws")))
    # Chromium opens a connection for a frame before it looks at the policy; nothing may be said on it.
    listener.settimeout(1.5)
    try:
        while True:
            connection = listener.accept()[0]
            connection.settimeout(1.5)
            assert connection.recv(1) == b"", "the page reached the network"
    except socket.timeout:
        pass
    listener.close()


def check_touch(page):
    """Two fingers zoom, one moves."""
    left, top, width, height = page.evaluate(STAGE)
    fit = page.evaluate(ZOOM)
    x, y = left + width / 2, top + height / 2
    for spread in (40, 80, 160):  # beside the divider, which has its own use for a finger
        points = [{"x": x - spread, "y": y, "id": 1}, {"x": x + spread, "y": y, "id": 2}]
        page.call("Input.dispatchTouchEvent", type="touchStart" if spread == 40 else "touchMove", touchPoints=points)
    page.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    page.wait_for(ZOOM + " > %d" % (2 * fit))
    click(page, "#zoom-fit")


def main(writer, folder):
    if browser.program() is None:
        print("skipped: there is no chromium on the PATH")
        return 77
    os.makedirs(folder, exist_ok=True)
    pages = {}
    for kind in ("full", "bare", "enlargement", "large"):
        pages[kind] = os.path.join(folder, kind + ".html")
        subprocess.run([writer, kind, pages[kind]], check=True)
    page = browser.Browser()
    try:
        started = time.monotonic()
        page.open(pages["full"], WIDE, HIGH)
        check_layout(page, WIDE, "full-light", folder)
        check_divider(page)
        check_zoom(page)
        check_pictures(page)
        check_curves(page)
        is_quiet(page, "full.html")
        check_no_network(page)
        page.open(pages["full"], WIDE, HIGH, dark=True)
        check_layout(page, WIDE, "full-dark", folder)
        is_quiet(page, "full.html")
        page.open(pages["full"], 390, 844, touch=True)
        check_layout(page, 390, "full-small", folder)
        check_touch(page)
        is_quiet(page, "full.html")

        page.open(pages["bare"], WIDE, HIGH)
        check_layout(page, WIDE, "bare", folder)
        assert page.evaluate("document.getElementById('plots').checkVisibility()") is False
        assert page.evaluate("document.querySelectorAll('.strip, img[src=x]').length") == 0
        assert page.evaluate("document.querySelector('h1').textContent").startswith("</script><img src=x")
        assert page.evaluate(ZOOM) % 100 == 0  # a small picture grows by whole factors
        is_quiet(page, "bare.html")

        page.open(pages["enlargement"], WIDE, HIGH)
        assert page.evaluate("[...document.querySelectorAll('option')].some((o) => o.value.startsWith('residual'))") \
            is False
        assert page.evaluate("document.getElementById('amplify').checkVisibility()") is False
        check_layout(page, WIDE, "enlargement", folder)
        is_quiet(page, "enlargement.html")

        page.open(pages["large"], 900, 700)
        assert page.evaluate(ZOOM) < 100
        check_layout(page, 900, "large", folder)
        is_quiet(page, "large.html")
        print("the page passes in %.1f s" % (time.monotonic() - started))
    finally:
        page.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
