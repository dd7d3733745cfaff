package socket

import (
	"encoding/binary"
	"io"
	"unicode/utf8"

	"golang.org/x/net/websocket"
)

// control reads a control frame and does what it asks for.
func (c *Conn) control() error {
	if !c.controls.Allow() {
		return &CloseError{Code: PolicyViolation, Reason: "too many control frames"}
	}
	payload := make([]byte, c.frame.left)
	if _, err := io.ReadFull(&c.frame, payload); err != nil {
		return err
	}
	switch c.frame.opcode {
	case websocket.PingFrame:
		return c.Write(controlFrame(websocket.PongFrame, payload))
	case websocket.CloseFrame:
		why, err := parseClose(payload)
		if err != nil {
			return err
		}
		return c.end(why, answer)
	}
	return nil // a pong has done its work by being heard
}

// controlFrame is a whole control frame; the payload has at most 125 bytes.
func controlFrame(opcode byte, payload []byte) []byte {
	frame := make([]byte, 0, 2+len(payload))
	frame = append(frame, 0x80|opcode, byte(len(payload)))
	return append(frame, payload...)
}

// closeFrame says a code and a reason. NoStatusReceived has no place on the wire: its frame is empty.
func closeFrame(code int, reason string) []byte {
	if code == NoStatusReceived {
		return controlFrame(websocket.CloseFrame, nil)
	}
	payload := binary.BigEndian.AppendUint16(nil, uint16(code))
	return controlFrame(websocket.CloseFrame, append(payload, reason...))
}

// parseClose reads the payload of the peer's close frame (RFC 6455 §5.5.1).
func parseClose(payload []byte) (*CloseError, error) {
	if len(payload) == 0 {
		return &CloseError{Code: NoStatusReceived}, nil
	}
	if len(payload) == 1 {
		return nil, violation("close code is cut short")
	}
	code, reason := int(binary.BigEndian.Uint16(payload)), payload[2:]
	if !validCode(code) {
		return nil, violation("close code is not valid")
	}
	if !utf8.Valid(reason) {
		return nil, &CloseError{Code: InvalidPayload, Reason: "reason is not UTF-8"}
	}
	return &CloseError{Code: code, Reason: string(reason)}, nil
}
