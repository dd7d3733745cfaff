package gravatar

import (
	"image/color"
	"math"
)

// oneEye leaves no room for a muzzle.
const oneEye = 6

// A look is what a creature is painted with.
type look struct {
	*canvas
	body, shade, ink, white, blush color.RGBA
	wide, high                     float64 // half the head's
	face                           point   // its middle
}

// creature paints who dice say: a head before a plain ground, with ears, eyes and a mouth.
func creature(c *canvas, d dice) {
	hue := d.between(0, 0, 360)
	ground := hue + []float64{35, 90, 150, 180, 210, 270}[d.of(1, 6)]
	tones := []struct{ ground, chroma, body float64 }{
		{0.92, 0.055, 0.68}, {0.86, 0.085, 0.62}, {0.89, 0.07, 0.78}, {0.42, 0.08, 0.80}, {0.55, 0.10, 0.86},
	}
	tone := tones[d.of(2, len(tones))]
	// Dark yellow is a dull colour: make it light.
	tone.body = min(tone.body+0.17*math.Exp(-math.Pow((hue-85)/38, 2)), 0.88)
	l := &look{
		canvas: c,
		body:   oklch(tone.body, 0.14, hue),
		shade:  oklch(tone.body-0.13, 0.13, hue),
		ink:    oklch(0.24, 0.04, hue),
		white:  oklch(0.985, 0.01, hue),
		blush:  oklch(tone.body-0.04, 0.17, 15),
		wide:   d.between(3, 29, 35),
		high:   d.between(4, 27, 33),
		face:   point{50 + d.between(5, -5, 5), 60},
	}
	c.flood(oklch(tone.ground, tone.chroma, ground))
	c.pivot = point{50, 70}
	c.lean = d.between(6, -0.2, 0.2)
	l.ears(d.of(7, 8))
	l.head(d.of(8, 4))
	eyes := d.of(11, 7)
	if d.of(9, 3) == 0 && eyes != oneEye {
		l.muzzle()
	}
	l.mouth(d.of(10, 6))
	l.eyes(eyes, d.between(12, 10, 14))
	if d.of(13, 2) == 0 {
		l.cheeks()
	}
}

// both paints something at the left and, mirrored, at the right.
func (l *look) both(paint func(side float64)) { paint(-1); paint(1) }

func (l *look) head(kind int) {
	at := point{50, 60}
	switch kind {
	case 0: // round
		l.oval(l.body, at, l.wide, l.high, 0, 2.2)
	case 1: // a box with soft corners
		l.oval(l.body, at, l.wide, l.high, 0, 4)
	case 2: // peeping over the lower edge
		l.oval(l.body, at, l.wide, l.high, 0, 2.5)
		l.fill(l.body, point{50 - l.wide, 60}, point{50 + l.wide, 60}, point{54 + l.wide, 125}, point{46 - l.wide, 125})
	case 3: // a pear
		l.oval(l.body, point{50, 58}, l.wide-2, l.high, 0, 2.2)
		l.oval(l.body, point{50, 70}, l.wide+2, l.high-7, 0, 2.3)
	}
}

func (l *look) ears(kind int) {
	top := 60 - l.high
	switch kind {
	case 0: // a cat's
		l.both(func(side float64) {
			x := 50 + side*l.wide
			l.fill(l.body, point{x + side*2, top - 13}, point{x - side*26, top + 6}, point{x, top + 30})
			l.fill(l.shade, point{x - side*1, top - 4}, point{x - side*17, top + 7}, point{x - side*2, top + 20})
		})
	case 1: // a bear's
		l.both(func(side float64) {
			at := point{50 + side*(l.wide-6), top + 7}
			l.disc(l.body, at, 12)
			l.disc(l.shade, at, 6.5)
		})
	case 2: // a rabbit's
		l.both(func(side float64) {
			at := point{50 + side*14, top - 4}
			l.oval(l.body, at, 8, 21, side*0.22, 2)
			l.oval(l.shade, at, 4, 14, side*0.22, 2)
		})
	case 3: // feelers
		l.both(func(side float64) {
			tip := point{50 + side*19, top - 14}
			l.line(l.shade, 4, point{50 + side*8, top + 6}, tip)
			l.disc(l.body, tip, 6.5)
		})
	case 4: // a sprout
		l.line(l.shade, 4, point{50, top + 4}, point{50, top - 9})
		l.oval(l.shade, point{40, top - 13}, 11, 6, 0.4, 2)
		l.oval(l.shade, point{60, top - 13}, 11, 6, -0.4, 2)
	case 5: // horns
		l.both(func(side float64) {
			x := 50 + side*(l.wide-9)
			l.fill(l.shade, point{x + side*9, top - 12}, point{x - side*7, top + 7}, point{x + side*10, top + 14})
		})
	case 6: // a dog's, hanging
		l.both(func(side float64) {
			l.oval(l.shade, point{50 + side*(l.wide+1), 55}, 10, 20, -side*0.25, 2.4)
		})
	case 7: // three hairs
		for _, lean := range []float64{-1, 0, 1} {
			l.line(l.shade, 5, point{50 + lean*5, top + 5}, point{50 + lean*12, top - 11 + 4*math.Abs(lean)})
		}
	}
}

func (l *look) muzzle() {
	l.oval(l.white, point{l.face.x, l.face.y + 11}, 16, 11, 0, 2.2)
}

func (l *look) cheeks() {
	l.both(func(side float64) {
		l.oval(l.blush, point{l.face.x + side*20, l.face.y + 7}, 5.5, 4, 0, 2)
	})
}

func (l *look) eyes(kind int, apart float64) {
	at := func(side float64) point { return point{l.face.x + side*apart, l.face.y - 5} }
	switch kind {
	case 0: // beads
		l.both(func(side float64) { l.disc(l.ink, at(side), 5) })
	case 1: // tall
		l.both(func(side float64) { l.oval(l.ink, at(side), 4.2, 7, 0, 2) })
	case 2: // wide open
		l.both(func(side float64) {
			l.disc(l.white, at(side), 8.5)
			l.disc(l.ink, point{at(side).x - side*1.5, at(side).y + 1}, 4.6)
		})
	case 3: // laughing
		l.both(func(side float64) { l.arc(l.ink, 4, point{at(side).x, at(side).y + 3}, 6, -8) })
	case 4: // dozing
		l.both(func(side float64) { l.arc(l.ink, 4, at(side), 6, 5) })
	case 5: // winking
		l.disc(l.ink, at(-1), 5.2)
		l.arc(l.ink, 4, point{at(1).x, at(1).y + 2}, 6, -5)
	case oneEye:
		l.disc(l.white, point{l.face.x, l.face.y - 9}, 13)
		l.disc(l.ink, point{l.face.x - 1, l.face.y - 8}, 7)
	}
}

func (l *look) mouth(kind int) {
	at := point{l.face.x, l.face.y + 9}
	switch kind {
	case 0: // a smile
		l.arc(l.ink, 3.6, at, 8, 6)
	case 1: // a laugh
		l.fill(l.ink, curve(24, 0, math.Pi, func(a float64) point {
			return point{at.x + 10*math.Cos(a), at.y - 1 + 11*math.Sin(a)}
		})...)
	case 2: // a surprise
		l.oval(l.ink, point{at.x, at.y + 4}, 4, 5, 0, 2)
	case 3: // a cat's
		l.both(func(side float64) { l.arc(l.ink, 3.4, point{at.x + side*5, at.y + 1}, 5, 5) })
	case 4: // a tooth
		l.fill(l.white, point{at.x + 1, at.y + 4}, point{at.x + 8, at.y + 4}, point{at.x + 7, at.y + 11}, point{at.x + 2, at.y + 11})
		l.line(l.ink, 3.6, point{at.x - 9, at.y + 4}, point{at.x + 9, at.y + 4})
	case 5: // a grin to one side
		l.line(l.ink, 3.6, curve(12, 0, 1, func(t float64) point {
			return point{at.x - 7 + 15*t, at.y + 5 - 5*t*t + 3*math.Sin(math.Pi*t)}
		})...)
	}
}
