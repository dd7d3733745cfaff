package gravatar

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image/jpeg"
	"image/png"
	"time"
)

// maxSize is the greatest width of a picture, in pixels.
const maxSize = 512

// A Picture is ready to be sent.
type Picture struct {
	Data   []byte        // must not be changed
	Type   string        // image/png or image/jpeg
	ETag   string        // with its quotes (RFC 9110 section 8.8.3)
	Drawn  bool          // by us, since there is no other
	MaxAge time.Duration // for how long it may be shown; short while another may yet come
}

// Picture answers the picture of email, size pixels wide or the next of the sizes that are usual,
// 512 at most: browsers scale the rest of the way. It never fails: when there is no
// picture, or email is "", it is the one drawn for seed. It waits for upstream only when
// nothing was ever heard about email, and for half a second at most.
func (c *Client) Picture(ctx context.Context, email, seed string, size int) Picture {
	size = class(size)
	if email == "" || c.pictures == nil {
		return c.drawn(seed, size, day)
	}
	known := c.pictures.glance(ctx, Hash(email), c.patience)
	age := 30 * time.Second
	if known.fresh(c.pictures.now()) {
		age = time.Hour
	}
	if len(known.data) > 0 {
		if p, err := c.scaled(known.data, size); err == nil {
			p.MaxAge = age
			return p
		}
	}
	return c.drawn(seed, size, age)
}

// sizes are those that pages ask for, at one and at two pixels a point.
var sizes = []int{16, 20, 24, 32, 36, 40, 48, 64, 72, 80, 96, 100, 120, 128, 160, 200, 240, 256, 320, 400, 480}

// class keeps the number of variants small that anybody can make us work and keep.
func class(size int) int {
	for _, c := range sizes {
		if size <= c {
			return c
		}
	}
	return maxSize
}

func (c *Client) drawn(seed string, size int, age time.Duration) Picture {
	// Drawing cannot fail.
	p, _ := c.render(fmt.Sprintf("drawn/%d/%s", size, seed), func() ([]byte, error) { return Draw(seed, size), nil })
	p.Drawn, p.MaxAge = true, age
	return p
}

func (c *Client) scaled(master []byte, size int) (Picture, error) {
	return c.render(fmt.Sprintf("scaled/%d/%s", size, version(master)), func() ([]byte, error) {
		decode := jpeg.Decode
		if isPNG(master) {
			decode = png.Decode
		}
		img, err := decode(bytes.NewReader(master))
		if err != nil {
			return nil, err
		}
		if img.Bounds().Dx() == size {
			return master, nil
		}
		return encode(scale(img, size))
	})
}

// render keeps what paint made under key, and has it made once at a time, so few at a time that
// neither memory nor processors are taken from the chat.
func (c *Client) render(key string, paint func() ([]byte, error)) (Picture, error) {
	c.mu.Lock()
	p, ok := c.rendered.get(key)
	c.mu.Unlock()
	if ok {
		return p, nil
	}
	made, err, _ := c.renders.Do(key, func() (any, error) {
		c.rendering <- struct{}{}
		data, err := paint()
		<-c.rendering
		if err != nil {
			return Picture{}, err
		}
		p := Picture{Data: data, Type: "image/jpeg", ETag: `"` + version(data) + `"`}
		if isPNG(data) {
			p.Type = "image/png"
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.rendered.put(key, p, len(data))
		return p, nil
	})
	return made.(Picture), err
}

// version is a short name for data, "" for none.
func version(data []byte) string {
	if len(data) == 0 {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

func isPNG(data []byte) bool { return bytes.HasPrefix(data, []byte("\x89PNG")) }
