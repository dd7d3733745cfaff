package files

import (
	"context"
	"io"
)

// A contextual is a Reader, a Seeker and a Writer, as far as from and to are, until its context
// ends; work on strangers' bytes then ends with it, which knows no contexts itself.
type contextual struct {
	ctx  context.Context
	from io.Reader
	to   io.Writer
	err  error // of reading, but for its end
}

func (c *contextual) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		c.err = err
		return 0, err
	}
	n, err := c.from.Read(p)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

func (c *contextual) Seek(offset int64, whence int) (int64, error) {
	return c.from.(io.Seeker).Seek(offset, whence)
}

func (c *contextual) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.to.Write(p)
}
