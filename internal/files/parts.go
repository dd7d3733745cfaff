package files

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gochatting/internal/store"
)

// parts reads a blob of a database, with one part of it in memory.
type parts struct {
	ctx      context.Context
	blobs    *store.Blobs
	hash     string
	size, at int64
	number   int64 // of the part in memory, -1 for none
	part     []byte
}

func (p *parts) Read(into []byte) (int, error) {
	if len(into) == 0 {
		return 0, nil
	}
	if p.at >= p.size {
		return 0, io.EOF
	}
	if number := p.at / partSize; number != p.number {
		part, err := p.blobs.Read(p.ctx, p.hash, number)
		if err != nil {
			return 0, fmt.Errorf("files: read: %w", gone(err)) // also if it is deleted by now
		}
		if int64(len(part)) != min(partSize, p.size-number*partSize) {
			return 0, fmt.Errorf("files: read: %w", io.ErrUnexpectedEOF)
		}
		p.number, p.part = number, part
	}
	n := copy(into, p.part[p.at%partSize:])
	p.at += int64(n)
	return n, nil
}

var errSeek = errors.New("files: seek to nowhere")

func (p *parts) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += p.at
	case io.SeekEnd:
		offset += p.size
	default:
		return 0, errSeek
	}
	if offset < 0 {
		return 0, errSeek
	}
	p.at = offset
	return offset, nil
}

func (p *parts) Close() error { return nil }
