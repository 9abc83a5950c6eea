"""Sites with sitemaps, made on a server on loopback, and drives that follow them."""

from ingest.addresses import AddressPolicy
from ingest.locate import readable_suffixes
from ingest.web.sitemap import Sitemap

ANY = AddressPolicy(allow_private=True)
HTML = {"Content-Type": "text/html"}
XML = {"Content-Type": "application/xml"}


def html(words):
    return f"<title>{words}</title><main><h1>{words}</h1><p>All about {words}.</p></main>".encode()


def urlset(*pages):
    """Of (address, lastmod) pairs."""
    urls = "".join(
        f"<url><loc>{url}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</url>" for url, date in pages
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def index(*urls):
    parts = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return (
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</sitemapindex>'.encode()
    )


def site(server, lastmods, **headers):
    """Pages /a, /b, … and their sitemap."""
    for path in lastmods:
        server.pages.setdefault(path, (200, HTML | headers, html(path.strip("/"))))
    pages = [(server.url(path), date) for path, date in lastmods.items()]
    server.pages["/sitemap.xml"] = (200, XML, urlset(*pages))


def drive(server, path="/sitemap.xml", policy=ANY, **options):
    return Sitemap(server.url(path), readable_suffixes(), policy, **options)


def asked(server):
    paths = [path for path, _ in server.seen if not path.endswith((".xml", ".gz"))]
    server.seen.clear()
    return sorted(paths)
