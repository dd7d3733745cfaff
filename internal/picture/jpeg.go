package picture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"image/jpeg"
	"io"
)

// maxScans is for a progressive JPEG, which usually has 10. Each goes over the whole picture, and
// may take ten bytes.
const maxScans = 50

// The markers that matter here (ITU-T T.81, table B.1).
const (
	startOfFrame    = 0xc0 // and 0xc1: one scan is enough
	progressive     = 0xc2
	endOfImage      = 0xd9
	startOfScan     = 0xda
	application1    = 0xe1
	restart0        = 0xd0
	restart7        = 0xd7
	exifPrefix      = "Exif\x00\x00"
	mostComponents  = 4
	componentsBegin = 6 // in the body of a start of frame
)

// jpegHead: what decoding takes depends on how the picture is cut into samples, and is five times
// as much for a progressive one, whose coefficients are all kept until the end.
func jpegHead(r io.ReadSeeker) (head, error) {
	h, err := plain(jpeg.DecodeConfig)(r)
	if err != nil {
		return head{}, err
	}
	in, err := again(r)
	if err != nil {
		return head{}, err
	}
	if h.bytes, h.orientation, err = segments(in); err != nil {
		return head{}, err
	}
	switch h.ColorModel {
	case color.CMYKModel, color.RGBAModel: // which it is made into from its samples
		h.bytes += 4
	}
	if in, err = again(r); err != nil {
		return head{}, err
	}
	return h, checkScans(in)
}

// segments looks at those that come before the picture itself, as image/jpeg does, so that there is
// no hiding one from the other.
func segments(in *bufio.Reader) (bytesPerPixel float64, o Orientation, err error) {
	o = Upright
	if _, err := in.Discard(2); err != nil {
		return 0, o, err
	}
	for {
		marker, err := nextMarker(in)
		if err != nil {
			return 0, o, err
		}
		switch {
		case marker == endOfImage, marker == startOfScan:
			return 0, o, errors.New("no frame before the first scan")
		case restart0 <= marker && marker <= restart7:
			continue
		}
		body, err := segment(in)
		if err != nil {
			return 0, o, err
		}
		switch marker {
		case startOfFrame, startOfFrame + 1:
			bytesPerPixel, err := samples(body)
			return bytesPerPixel, o, err
		case progressive:
			bytesPerPixel, err := samples(body)
			return 5 * bytesPerPixel, o, err
		case application1:
			if tiff, is := bytes.CutPrefix(body, []byte(exifPrefix)); is && o == Upright {
				o = orientation(tiff)
			}
		}
	}
}

// nextMarker skips what is none.
func nextMarker(in *bufio.Reader) (byte, error) {
	for {
		if b, err := in.ReadByte(); err != nil {
			return 0, err
		} else if b != 0xff {
			continue
		}
		marker := byte(0xff)
		for marker == 0xff {
			var err error
			if marker, err = in.ReadByte(); err != nil {
				return 0, err
			}
		}
		if marker != 0 {
			return marker, nil
		}
	}
}

func segment(in *bufio.Reader) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(in, size[:]); err != nil {
		return nil, err
	}
	n := int(size[0])<<8 + int(size[1]) - 2
	if n < 0 {
		return nil, errors.New("a segment that ends before it begins")
	}
	body := make([]byte, n)
	_, err := io.ReadFull(in, body)
	return body, err
}

// samples counts those of each pixel, of all components (ITU-T T.81 §B.2.2).
func samples(frame []byte) (float64, error) {
	if len(frame) < componentsBegin || len(frame) != componentsBegin+3*int(frame[5]) || int(frame[5]) > mostComponents {
		return 0, errors.New("a frame of the wrong length")
	}
	sum, width, height := 0, 1, 1
	for c := frame[componentsBegin:]; len(c) > 0; c = c[3:] {
		h, v := int(c[1]>>4), int(c[1]&15)
		sum, width, height = sum+h*v, max(width, h), max(height, v)
	}
	return float64(sum) / float64(width*height), nil
}

// checkScans counts what could be the start of a scan: too many rather than too few.
func checkScans(in *bufio.Reader) error {
	for scans := 0; ; {
		switch _, err := in.ReadSlice(0xff); {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		next, err := in.Peek(1)
		if err == nil && next[0] == startOfScan {
			if scans++; scans > maxScans {
				return fmt.Errorf("more than %d scans", maxScans)
			}
		}
	}
}
