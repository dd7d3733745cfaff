package server

import (
	"image/color"
	"net/http"

	"github.com/boombuler/barcode/qr"
)

// address is a path of this site as others can follow it.
func (s *Server) address(r *http.Request, path string) string {
	switch {
	case s.cfg.BaseURL != nil:
		return s.cfg.BaseURL.Scheme + "://" + s.cfg.BaseURL.Host + path
	case r.TLS != nil:
		return "https://" + r.Host + path
	}
	return "http://" + r.Host + path
}

// A link is an address with a secret in it, for people and for their cameras.
type link struct {
	Link string
	QR   []string // rows of modules, from the top: "1" is dark; none if the address is too long for that
}

func newLink(address string) link {
	code, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil { // which has the whole address in it
		return link{Link: address, QR: []string{}}
	}
	size := code.Bounds()
	rows := make([]string, size.Dy())
	for y := range rows {
		row := make([]byte, size.Dx())
		for x := range row {
			row[x] = '0'
			if code.At(size.Min.X+x, size.Min.Y+y) == color.Black {
				row[x] = '1'
			}
		}
		rows[y] = string(row)
	}
	return link{address, rows}
}
