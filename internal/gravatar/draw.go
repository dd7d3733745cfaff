package gravatar

import (
	"bytes"
	"crypto/sha256"
	"image"
	"image/color"
	"image/png"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// Draw draws a creature as a PNG size pixels wide (1 to 512): always the same one for the same
// seed, and hardly ever the same for two seeds. It reaches to the edges and keeps what matters
// within the inscribed circle, so that it may be shown round.
func Draw(seed string, size int) []byte {
	size = min(max(size, 1), maxSize)
	c := &canvas{
		img:   image.NewRGBA(image.Rect(0, 0, size, size)),
		unit:  float64(size) / 100,
		brush: vector.NewRasterizer(size, size),
	}
	creature(c, dice(sha256.Sum256([]byte(seed))))
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	_ = encoder.Encode(&b, c.img) // writing to memory cannot fail
	return b.Bytes()
}

// dice are thrown by position, so that a new trait changes none of the others.
type dice [sha256.Size]byte

// of answers a number from 0 to n-1.
func (d dice) of(i, n int) int { return int(d[i]) * n / 256 }

// between answers a number from low to high.
func (d dice) between(i int, low, high float64) float64 {
	return low + (high-low)*float64(d[i])/255
}

type point struct{ x, y float64 }

// A canvas is 100 wide and 100 high, whatever its pixels. What is drawn is turned by lean
// (radians) about pivot.
type canvas struct {
	img   *image.RGBA
	unit  float64 // pixels
	brush *vector.Rasterizer
	lean  float64
	pivot point
}

func (c *canvas) flood(ink color.Color) {
	draw.Draw(c.img, c.img.Bounds(), image.NewUniform(ink), image.Point{}, draw.Src)
}

// fill paints a polygon, working on no more of the picture than it touches.
func (c *canvas) fill(ink color.Color, corners ...point) {
	sin, cos := math.Sincos(c.lean)
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	path := make([]point, len(corners))
	for i, p := range corners {
		dx, dy := p.x-c.pivot.x, p.y-c.pivot.y
		p = point{(c.pivot.x + dx*cos - dy*sin) * c.unit, (c.pivot.y + dx*sin + dy*cos) * c.unit}
		low = point{min(low.x, p.x), min(low.y, p.y)}
		high = point{max(high.x, p.x), max(high.y, p.y)}
		path[i] = p
	}
	touched := image.Rect(int(math.Floor(low.x)), int(math.Floor(low.y)), int(math.Ceil(high.x)), int(math.Ceil(high.y)))
	touched = touched.Intersect(c.img.Bounds())
	if touched.Empty() {
		return
	}
	c.brush.Reset(touched.Dx(), touched.Dy())
	for i, p := range path {
		x, y := float32(p.x-float64(touched.Min.X)), float32(p.y-float64(touched.Min.Y))
		if i == 0 {
			c.brush.MoveTo(x, y)
		} else {
			c.brush.LineTo(x, y)
		}
	}
	c.brush.ClosePath()
	c.brush.Draw(c.img, touched, image.NewUniform(ink), image.Point{})
}

func (c *canvas) disc(ink color.Color, at point, r float64) { c.oval(ink, at, r, r, 0, 2) }

// oval paints a superellipse, turned by lean: power 2 is an ellipse, 4 nearly a rectangle.
func (c *canvas) oval(ink color.Color, at point, rx, ry, lean, power float64) {
	c.fill(ink, curve(64, 0, 2*math.Pi, func(a float64) point {
		sin, cos := math.Sincos(a)
		x := rx * math.Copysign(math.Pow(math.Abs(cos), 2/power), cos)
		y := ry * math.Copysign(math.Pow(math.Abs(sin), 2/power), sin)
		s, k := math.Sincos(lean)
		return point{at.x + x*k - y*s, at.y + x*s + y*k}
	})...)
}

// line paints a stroke with round ends through the points.
func (c *canvas) line(ink color.Color, width float64, through ...point) {
	for i, p := range through {
		c.disc(ink, p, width/2)
		if i == 0 {
			continue
		}
		q := through[i-1]
		length := math.Hypot(p.x-q.x, p.y-q.y)
		nx, ny := (q.y-p.y)/length*width/2, (p.x-q.x)/length*width/2
		c.fill(ink, point{q.x + nx, q.y + ny}, point{p.x + nx, p.y + ny}, point{p.x - nx, p.y - ny}, point{q.x - nx, q.y - ny})
	}
}

// arc paints a bow from the left of at to its right, whose middle is depth below (or above).
func (c *canvas) arc(ink color.Color, width float64, at point, half, depth float64) {
	c.line(ink, width, curve(16, -1, 1, func(t float64) point {
		return point{at.x + t*half, at.y + depth*(1-t*t)}
	})...)
}

func curve(steps int, from, to float64, at func(float64) point) []point {
	points := make([]point, 0, steps+1)
	for i := range steps + 1 {
		points = append(points, at(from+(to-from)*float64(i)/float64(steps)))
	}
	return points
}

// oklch makes a colour of lightness (0 to 1), chroma (0 to 0.3 or so) and hue (degrees), of
// which equal steps look equal (https://bottosson.github.io/posts/oklab/).
func oklch(lightness, chroma, hue float64) color.RGBA {
	sin, cos := math.Sincos(hue * math.Pi / 180)
	a, b := chroma*cos, chroma*sin
	cube := func(v float64) float64 { return v * v * v }
	l := cube(lightness + 0.3963377774*a + 0.2158037573*b)
	m := cube(lightness - 0.1055613458*a - 0.0638541728*b)
	s := cube(lightness - 0.0894841775*a - 1.2914855480*b)
	channel := func(v float64) uint8 {
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		return uint8(math.Round(255 * min(max(v, 0), 1)))
	}
	return color.RGBA{
		R: channel(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		G: channel(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		B: channel(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
		A: 255,
	}
}
