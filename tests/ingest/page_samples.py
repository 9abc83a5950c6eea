"""Pages as sites make them, each with what must be read of it, in which heading path, and what must not."""

# ruff: noqa: E501 (the pages are as long as pages are)

from dataclasses import dataclass, field

_COOKIES = """<div id="onetrust-consent-sdk"><div class="cookie-banner" role="dialog"><h2>We value your privacy</h2>
<p>We use cookies to enhance your browsing experience. <a href="/c">Cookie settings</a></p>
<button>Accept all</button></div></div>"""


@dataclass(frozen=True)
class Sample:
    """A page; `wanted` are sentences with the heading path that they stand under, `unwanted` is furniture."""

    name: str
    html: str
    wanted: dict[str, tuple[str, ...]]
    unwanted: tuple[str, ...]
    rows: tuple[str, ...] = field(default=())


DOCS = Sample(
    "docs site",
    f"""<!DOCTYPE html><html><head><title>Install - Curlew Docs</title></head><body>
<a class="skip-link" href="#main">Skip to content</a>{_COOKIES}
<div class="navbar"><div class="navbar-inner"><a href="/">Curlew</a><a href="/docs">Docs</a>
<a href="/api">API</a><a href="/blog">Blog</a><input placeholder="Search"></div></div>
<div class="layout"><div class="sidebar-container"><ul class="menu">
{"".join(f'<li><a href="/docs/{n}">Guide chapter {n} of the manual</a></li>' for n in range(60))}</ul></div>
<main><div class="breadcrumbs"><a href="/">Home</a> › <a href="/docs">Docs</a> › Install</div>
<div class="theme-doc-toc-mobile tocCollapsible"><button>On this page</button></div>
<article><div class="theme-doc-markdown markdown"><h1>Install</h1>
<p>Curlew runs on Linux and macOS.</p>
<div class="admonition warning"><div class="admonition-title">warning</div><p>Never run it as root.</p></div>
<h2 id="pip">With pip<a class="hash-link" href="#pip" aria-hidden="true">#</a></h2>
<pre><code>pip install curlew
curlew init</code></pre>
<ol><li>Open <code>curlew.toml</code>.</li><li>Set <code>port = 8080</code>.</li></ol>
<table><thead><tr><th>Option</th><th>Default</th></tr></thead><tbody><tr><td>port</td><td>8080</td></tr>
<tr><td>workers</td><td>4</td></tr></tbody></table></div></article>
<nav class="pagination-nav"><a href="/p">Previous: Introduction</a><a href="/n">Next: Configure</a></nav>
<div class="edit-page-link"><a href="/e">Edit this page</a></div></main>
<div class="table-of-contents"><ul><li><a href="#pip">With pip</a></li><li><a href="#x">From source</a></li></ul>
</div></div><footer class="footer"><p>Copyright © 2024 Curlew, Inc. Built with Docusaurus.</p></footer></body></html>""",
    {
        "Curlew runs on Linux and macOS.": ("Install",),
        "Never run it as root.": ("Install",),
        "pip install curlew\ncurlew init": ("Install", "With pip"),
        "2. Set port = 8080.": ("Install", "With pip"),
    },
    (
        "Guide chapter",
        "We value your privacy",
        "Accept all",
        "Previous",
        "Edit this page",
        "From source",
        "Copyright",
        "Skip to",
        "› Docs",
    ),
    ("Option\tDefault", "port\t8080", "workers\t4"),
)

WIKI = Sample(
    "wiki",
    """<html><head><title>Great curlew - Birdwiki</title></head><body class="mediawiki">
<div id="mw-page-base"></div><div id="content" class="mw-body" role="main"><div id="siteNotice">Donate now!</div>
<h1 id="firstHeading">Great curlew</h1><div id="bodyContent"><div id="siteSub">From Birdwiki</div>
<div id="jump-to-nav"></div><a class="mw-jump-link" href="#mw-head">Jump to navigation</a>
<table class="infobox"><caption>Great curlew</caption><tr><th>Length</th><td>50–60 cm</td></tr>
<tr><th>Mass</th><td>410–1,360 g</td></tr></table>
<p>The great curlew is a wader.<sup class="reference"><a href="#1">[1]</a></sup> It breeds in moors.</p>
<div id="toc" class="toc"><h2>Contents</h2><ul><li><a href="#Diet"><span>1</span> Diet</a></li></ul></div>
<h2><span class="mw-headline" id="Diet">Diet</span><span class="mw-editsection">[<a href="/e">edit</a>]</span></h2>
<p>It eats worms and crabs.</p><h3><span class="mw-headline">In winter</span></h3><p>Mostly crabs.</p>
<div class="navbox" role="navigation"><a href="/w">Whimbrel</a> · <a href="/g">Godwit</a> · <a href="/k">Knot</a></div>
</div></div><div id="mw-navigation"><h2>Navigation menu</h2><ul><li><a href="/r">Random page</a></li></ul></div>
<div id="footer" role="contentinfo"><ul><li>This page was last edited on 3 May 2024.</li></ul></div></body></html>""",
    {
        "It breeds in moors.": ("Great curlew",),
        "It eats worms and crabs.": ("Great curlew", "Diet"),
        "Mostly crabs.": ("Great curlew", "Diet", "In winter"),
    },
    ("Navigation menu", "Random page", "Whimbrel", "last edited", "Jump to", "edit]", "Contents"),
    ("Length\t50–60 cm", "Mass\t410–1,360 g"),
)

BLOG = Sample(
    "blog",
    f"""<html><head><title>Why we moved | The Curlew blog</title></head><body>
<header class="site-header"><p class="site-title">The Curlew blog</p><ul class="main-nav"><li><a href="/">Home</a></li>
<li><a href="/about">About us</a></li></ul></header>
<div id="page"><article class="post hentry"><header class="entry-header"><h1>Why we moved</h1>
<p class="byline">By Ada Wren on 3 May 2024</p></header>
<div class="entry-content"><p>In March we moved our queue to Postgres.</p><h2>What it cost</h2>
<p>The move took three weeks of two people.</p><blockquote><p>It was worth it.</p></blockquote>
<ul><li>Latency fell to 12 ms.</li><li>Incidents fell by half.</li></ul>
<aside class="note"><p>Numbers are medians of May.</p></aside></div>
<footer class="entry-footer"><p>Corrected on 5 May: two people, not three.</p></footer>
<div class="sharedaddy social-share"><ul><li><a href="t">Tweet</a></li><li><a href="f">Share on Facebook</a></li></ul></div>
</article><div class="related-posts"><h3>You may also like</h3><ul><li><a href="/1">Ten tips for queues</a></li>
<li><a href="/2">How we hire</a></li></ul></div><div class="newsletter-signup"><p>Subscribe to our newsletter!</p></div>
<aside class="widget-area sidebar"><h3>Archives</h3><ul><li><a href="/a1">April 2024</a></li>
<li><a href="/a2">March 2024</a></li></ul></aside></div>
<div class="site-footer"><p>Proudly powered by WordPress.</p></div>{_COOKIES}</body></html>""",
    {
        "In March we moved our queue to Postgres.": ("Why we moved",),
        "The move took three weeks of two people.": ("Why we moved", "What it cost"),
        "It was worth it.": ("Why we moved", "What it cost"),
        "- Latency fell to 12 ms.": ("Why we moved", "What it cost"),
        "Numbers are medians of May.": ("Why we moved", "What it cost"),
        "Corrected on 5 May: two people, not three.": ("Why we moved", "What it cost"),
    },
    (
        "About us",
        "Tweet",
        "Ten tips",
        "Subscribe",
        "Archives",
        "April 2024",
        "WordPress",
        "privacy",
    ),
)

INTRANET = Sample(
    "intranet page with menus",
    """<html><head><title>Leave</title></head><body><table width="100%"><tr><td colspan="2">
<div class="topmenu"><a href="1">Home</a> | <a href="2">People</a> | <a href="3">IT</a> | <a href="4">Canteen</a></div>
</td></tr><tr><td width="180"><ul class="leftnav"><li><a href="5">Travel</a></li><li><a href="6">Leave</a></li>
<li><a href="7">Pension</a></li></ul></td><td><h1>Leave</h1><p>You have 30 days of leave a year.</p>
<h2>Sick leave</h2><p>Call before nine.<br>Bring a note on the third day.</p>
<h2>Forms</h2><ul><li><a href="f1.pdf">Form for parental leave</a></li><li><a href="f2.pdf">Form for special
leave</a></li><li><a href="f3.pdf">Form for unpaid leave</a></li></ul></td></tr></table>
<div id="footer">HR department, room 12</div></body></html>""",
    {
        "You have 30 days of leave a year.": ("Leave",),
        "Call before nine.": ("Leave", "Sick leave"),
        "- Form for special leave": ("Leave", "Forms"),
    },
    ("Canteen", "Pension"),
)

PRICES = Sample(
    "table-heavy page",
    """<html><head><title>Price list</title></head><body><div class="wrapper"><div role="navigation"><a href="/">Shop</a>
</div><div class="content"><h1>Price list</h1><h2>Rooms</h2><table><caption>All prices a night</caption>
<thead><tr><th>Room</th><th>Summer</th><th>Winter</th></tr></thead><tbody>
<tr><td>Single</td><td>80 €</td><td>60 €</td></tr><tr><td>Double</td><td>120 €</td><td>95 €</td></tr></tbody>
<tfoot><tr><td>Suite</td><td>210 €</td><td>180 €</td></tr></tfoot></table>
<h2>Extras</h2><table><tr><td>Breakfast</td><td>14 €</td></tr><tr><td>Parking</td><td>9 €</td></tr></table>
<dl><dt>Dogs</dt><dd>Welcome for 10 € a night.</dd></dl><details><summary>Late arrival</summary>
<p>Ring the bell after ten.</p></details></div><div class="footer-links"><a href="/i">Imprint</a><a href="/p">Privacy</a>
<a href="/j">Jobs at the hotel</a></div></div></body></html>""",
    {
        "All prices a night": ("Price list", "Rooms"),
        "Welcome for 10 € a night.": ("Price list", "Extras"),
        "Ring the bell after ten.": ("Price list", "Extras"),
    },
    ("Imprint", "Jobs at the hotel"),
    ("Room\tSummer\tWinter", "Double\t120 €\t95 €", "Suite\t210 €\t180 €", "Parking\t9 €"),
)

SAMPLES = (DOCS, WIKI, BLOG, INTRANET, PRICES)
