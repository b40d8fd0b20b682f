"""One normalising parser per kind of value, used by form, API and import alike. Each raises ValueRefused."""
