package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// An Orientation is how a picture must be turned and mirrored to be seen as it was taken, as EXIF
// counts (CIPA DC-008, tag 274). Only that of a JPEG is known.
type Orientation int

// Upright needs nothing.
const Upright Orientation = 1

// Sideways says whether turning makes the height of the width.
func (o Orientation) Sideways() bool { return o >= 5 && o <= 8 }

// orientation finds that of a TIFF header, which EXIF is, in its first directory.
func orientation(tiff []byte) Orientation {
	const tag, entrySize = 0x0112, 12
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return Upright
	}
	if len(tiff) < 8 || uint64(order.Uint32(tiff[4:]))+2 > uint64(len(tiff)) {
		return Upright
	}
	directory := tiff[order.Uint32(tiff[4:]):]
	entries := directory[2:]
	for range order.Uint16(directory) {
		if len(entries) < entrySize {
			break
		}
		if order.Uint16(entries) == tag {
			if o := Orientation(order.Uint16(entries[8:])); o >= Upright && o <= 8 {
				return o
			}
			break
		}
		entries = entries[entrySize:]
	}
	return Upright
}

// Turn makes img, which must begin at 0, 0, the way it is to be seen.
func (o Orientation) Turn(img *image.RGBA) *image.RGBA {
	if o <= Upright || o > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if o.Sideways() {
		size = image.Rect(0, 0, h, w)
	}
	turned := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			p := image.Pt(x, y)
			switch o {
			case 2:
				p = image.Pt(w-1-x, y)
			case 3:
				p = image.Pt(w-1-x, h-1-y)
			case 4:
				p = image.Pt(x, h-1-y)
			case 5:
				p = image.Pt(y, x)
			case 6:
				p = image.Pt(h-1-y, x)
			case 7:
				p = image.Pt(h-1-y, w-1-x)
			case 8:
				p = image.Pt(y, w-1-x)
			}
			copy(turned.Pix[turned.PixOffset(p.X, p.Y):], img.Pix[img.PixOffset(x, y):][:4])
		}
	}
	return turned
}
