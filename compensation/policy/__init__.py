"""The rules of a programme in pure Python: values in, frozen values out, with their working. No Django, clock, I/O."""
