"""What the field app takes along of trees and of the office's words: read only, called by api/field."""
