"""A map as people draw it on a wall. All of it is pure: the model, what is said of it, its layout, then SVG, HTML, PNG.

`sheet.picture(map)` is the layout; `svg.svg_of`, `raster.png_of` and `page.page_of` write it.
"""
